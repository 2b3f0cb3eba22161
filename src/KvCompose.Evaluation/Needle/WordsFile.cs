using System.Text.Json;
using KvCompose.Models.Tokenizers;

namespace KvCompose.Evaluation;

/// <summary>Typed access to a words.json, with errors that name field and value. Fields of objects are written with dots.</summary>
internal sealed class WordsFile : IDisposable
{
    private const int LargestFile = 16 << 20;

    private readonly string _file;
    private readonly JsonDocument _document;
    private readonly Tokenizer _tokenizer;

    private WordsFile(string file, JsonDocument document, Tokenizer tokenizer)
        => (_file, _document, _tokenizer) = (file, document, tokenizer);

    public static WordsFile Open(string file, Tokenizer tokenizer)
    {
        try
        {
            using FileStream stream = File.OpenRead(file);
            return stream.Length <= LargestFile
                ? new WordsFile(file, JsonDocument.Parse(stream), tokenizer)
                : throw new NeedleVocabularyException(file, $"{stream.Length} bytes, expected at most {LargestFile}");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new NeedleVocabularyException(file, $"cannot be read: {error.Message}", error);
        }
        catch (JsonException error)
        {
            throw new NeedleVocabularyException(file, $"is not JSON: {error.Message}", error);
        }
    }

    public int Integer(string field, int least, int most)
    {
        JsonElement value = Field(field);
        return value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int number) && number >= least && number <= most
            ? number
            : throw Wrong(field, value, $"an integer from {least} to {most}");
    }

    /// <summary>The tokens of a list of different words.</summary>
    public int[] WordList(string field)
    {
        var known = new HashSet<int>();
        return [.. Items(field, Field(field)).Select(item =>
        {
            int token = Token(item.Field, item.Value);
            return known.Add(token) ? token : throw Wrong(item.Field, item.Value, "a word that the list does not have yet");
        })];
    }

    /// <summary>Whether a field is there; it has no dots.</summary>
    public bool Has(string field) => _document.RootElement.ValueKind == JsonValueKind.Object && _document.RootElement.TryGetProperty(field, out _);

    /// <summary>A template with so many keys (an adjective and a noun), values and ordinals, and nothing else to be filled.</summary>
    public NeedleTemplate Template(string field, int valueTokens, int keys, int values, int ordinals = 0)
    {
        NeedleTemplate template = AnyTemplate(field, Field(field), valueTokens);
        Require(template.Count(NeedleSlot.Adjective) == keys && template.Count(NeedleSlot.Noun) == keys, $"{{adjective}} and {{noun}} {keys} times each");
        Require(template.Count(NeedleSlot.Value) == values, $"{{value}} {values} times");
        Require(template.Count(NeedleSlot.Ordinal) == ordinals, $"{{ordinal}} {ordinals} times");
        Require(template.Count(NeedleSlot.Filler) + template.Count(NeedleSlot.Number) == 0, "neither {filler} nor {number}");
        return template;

        void Require(bool holds, string expected)
        {
            if (!holds)
            {
                throw Wrong(field, Field(field), expected);
            }
        }
    }

    /// <summary>Templates without a value or an ordinal; one that has an adjective or a noun has one of each.</summary>
    public NeedleTemplate[] NoiseTemplates(string field, int valueTokens) => [.. Items(field, Field(field)).Select(item =>
    {
        NeedleTemplate template = AnyTemplate(item.Field, item.Value, valueTokens);
        int adjectives = template.Count(NeedleSlot.Adjective);
        return template.Count(NeedleSlot.Value) + template.Count(NeedleSlot.Ordinal) == 0 && adjectives == template.Count(NeedleSlot.Noun) && adjectives <= 1
            ? template
            : throw Wrong(item.Field, item.Value, "no {value} or {ordinal}, and {adjective} and {noun} both once or not at all");
    })];

    public void Dispose() => _document.Dispose();

    private NeedleTemplate AnyTemplate(string field, JsonElement list, int valueTokens)
        => new([.. Items(field, list).Select(item => Part(item.Field, item.Value))], valueTokens);

    private (NeedleSlot Slot, int Token) Part(string field, JsonElement value) => Text(field, value) switch
    {
        "{adjective}" => (NeedleSlot.Adjective, 0),
        "{noun}" => (NeedleSlot.Noun, 0),
        "{ordinal}" => (NeedleSlot.Ordinal, 0),
        "{filler}" => (NeedleSlot.Filler, 0),
        "{number}" => (NeedleSlot.Number, 0),
        "{value}" => (NeedleSlot.Value, 0),
        _ => (NeedleSlot.Fixed, Token(field, value)),
    };

    private int Token(string field, JsonElement value)
        => _tokenizer.IdOf(Text(field, value)) ?? throw Wrong(field, value, "a token of the model's vocabulary");

    private JsonElement Field(string path)
    {
        JsonElement value = _document.RootElement;
        foreach (string name in path.Split('.'))
        {
            if (value.ValueKind != JsonValueKind.Object || !value.TryGetProperty(name, out value))
            {
                throw new NeedleVocabularyException(_file, $"'{path}' is missing");
            }
        }

        return value;
    }

    private IEnumerable<(string Field, JsonElement Value)> Items(string field, JsonElement list)
        => list.ValueKind == JsonValueKind.Array && list.GetArrayLength() > 0
            ? list.EnumerateArray().Select((item, i) => ($"{field}[{i}]", item))
            : throw Wrong(field, list, "a list that is not empty");

    private string Text(string field, JsonElement value)
    {
        try
        {
            return value.ValueKind == JsonValueKind.String ? value.GetString()! : throw Wrong(field, value, "a string");
        }
        catch (InvalidOperationException)
        {
            throw Wrong(field, value, "valid Unicode");
        }
    }

    private NeedleVocabularyException Wrong(string field, JsonElement value, string expected)
    {
        string raw = value.GetRawText();
        string shown = raw.Length <= 80 ? raw : string.Concat(raw.AsSpan(0, 80), "…");
        return new NeedleVocabularyException(_file, $"'{field}' is {shown}, expected {expected}");
    }
}
