using System.Text.Json;
using KvCompose.Models.Files.Gguf;
using KvCompose.Models.Tokenizers;

namespace KvCompose.Models.Chat;

/// <summary>What a checkpoint's files say of conversations.</summary>
/// <param name="Template">The source of the chat template; null if there is none.</param>
/// <param name="SpecialTokens">Spellings of special tokens by name.</param>
internal sealed record ChatSource(string? Template, IReadOnlyDictionary<string, string> SpecialTokens)
{
    private const string TemplateField = "chat_template";

    private static readonly (string Key, string Name)[] GgufTokens =
    [
        ("bos", "bos_token"), ("eos", "eos_token"), ("unknown", "unk_token"), ("padding", "pad_token"),
        ("seperator", "sep_token"), ("cls", "cls_token"), ("mask", "mask_token"), // The format spells it so.
    ];

    /// <summary>chat_template.jinja, tokenizer_config.json and special_tokens_map.json of a folder; all are optional.</summary>
    /// <exception cref="TokenizerFormatException">A file is no JSON object, or a field has another type than expected.</exception>
    public static ChatSource OfFolder(string folder)
    {
        var tokens = new Dictionary<string, string>(StringComparer.Ordinal);
        string? template = null;
        foreach (string name in (string[])["special_tokens_map.json", "tokenizer_config.json"])
        {
            string file = Path.Combine(folder, name);
            if (Read(file) is not { } fields)
            {
                continue;
            }

            using (fields)
            {
                try
                {
                    Tokens(fields.RootElement, tokens);
                    template = TemplateOf(fields.RootElement, file) ?? template;
                }
                catch (InvalidOperationException exception)
                {
                    throw new TokenizerFormatException(file, "holds a string that is not valid Unicode", exception);
                }
            }
        }

        string jinja = Path.Combine(folder, "chat_template.jinja");
        return new ChatSource(File.Exists(jinja) ? ReadText(jinja) : template, tokens);
    }

    /// <summary>The template and the tokens of a GGUF file.</summary>
    public static ChatSource OfGguf(GgufMetadata metadata, Tokenizer tokenizer)
    {
        var tokens = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach ((string key, string name) in GgufTokens)
        {
            string field = $"tokenizer.ggml.{key}_token_id";
            if (metadata.Has(field) && tokenizer.SpellingOf(metadata.Integer(field, 0, int.MaxValue)) is { } spelling)
            {
                tokens[name] = spelling;
            }
        }

        return new ChatSource(metadata.Text("tokenizer.chat_template"), tokens);
    }

    private static JsonDocument? Read(string file)
    {
        if (!File.Exists(file))
        {
            return null;
        }

        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(ReadText(file));
        }
        catch (JsonException exception)
        {
            throw new TokenizerFormatException(file, $"is not JSON: {exception.Message}", exception);
        }

        if (document.RootElement.ValueKind == JsonValueKind.Object)
        {
            return document;
        }

        JsonValueKind kind = document.RootElement.ValueKind;
        document.Dispose();
        throw new TokenizerFormatException(file, $"is a JSON {kind}, expected an object");
    }

    private static string ReadText(string file)
    {
        const int MaxBytes = 16 << 20;
        try
        {
            long length = new FileInfo(file).Length;
            return length <= MaxBytes
                ? File.ReadAllText(file)
                : throw new TokenizerFormatException(file, $"{length} bytes long, expected at most {MaxBytes}");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new TokenizerFormatException(file, $"cannot be read: {exception.Message}", exception);
        }
    }

    /// <summary>Tokens are written as their spelling, or as an object with it.</summary>
    private static void Tokens(JsonElement fields, Dictionary<string, string> tokens)
    {
        foreach (JsonProperty field in fields.EnumerateObject())
        {
            if (field.Name.EndsWith("_token", StringComparison.Ordinal) && Spelling(field.Value) is { } spelling)
            {
                tokens[field.Name] = spelling;
            }
        }
    }

    private static string? Spelling(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString(),
        JsonValueKind.Object when value.TryGetProperty("content", out JsonElement content) && content.ValueKind == JsonValueKind.String => content.GetString(),
        _ => null, // Flags such as add_bos_token.
    };

    /// <summary>One template, or a list of named ones, of which the one named default is for conversations.</summary>
    private static string? TemplateOf(JsonElement fields, string file)
    {
        if (!fields.TryGetProperty(TemplateField, out JsonElement value) || value.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        if (value.ValueKind == JsonValueKind.String)
        {
            return value.GetString();
        }

        if (value.ValueKind != JsonValueKind.Array)
        {
            throw new TokenizerFormatException(file, $"{TemplateField} is a JSON {value.ValueKind}, expected a string or a list of named templates");
        }

        foreach (JsonElement item in value.EnumerateArray())
        {
            if (item.ValueKind == JsonValueKind.Object && Field(item, "name") == "default" && Field(item, "template") is { } template)
            {
                return template;
            }
        }

        throw new TokenizerFormatException(file, $"{TemplateField} is a list without a template named default");
    }

    private static string? Field(JsonElement item, string name)
        => item.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
