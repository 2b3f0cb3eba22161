using System.Text.Json;
using KvCompose.Models.Json;
using KvCompose.Models.Tokenizers.Models;
using KvCompose.Models.Tokenizers.Normalizers;
using KvCompose.Models.Tokenizers.Processing;

namespace KvCompose.Models.Tokenizers.Vocabularies.Json;

/// <summary>Reads tokenizer.json.</summary>
internal static class TokenizerReader
{
    public const int MaxId = 1 << 24;

    private const int MaxFileBytes = 1 << 28;

    public static Tokenizer Read(string file)
    {
        byte[] bytes;
        try
        {
            long length = new FileInfo(file).Length;
            if (length > MaxFileBytes)
            {
                throw new TokenizerFormatException(file, $"{length} bytes long, expected at most {MaxFileBytes}");
            }

            bytes = File.ReadAllBytes(file);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new TokenizerFormatException(file, $"cannot be read: {exception.Message}", exception);
        }

        return Parse(bytes, file);
    }

    public static Tokenizer Parse(ReadOnlyMemory<byte> json, string file)
    {
        ReadOnlyMemory<byte> text = json.Span.StartsWith("\uFEFF"u8) ? json[3..] : json;
        try
        {
            using var document = JsonDocument.Parse(text);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? new Tokenizer(Build(new JsonFields(document.RootElement, problem => new TokenizerFormatException(file, problem))), file)
                : throw new TokenizerFormatException(file, $"is a JSON {document.RootElement.ValueKind}, expected an object");
        }
        catch (JsonException exception)
        {
            throw new TokenizerFormatException(file, $"is not JSON: {exception.Message}", exception);
        }
        catch (InvalidOperationException exception)
        {
            throw new TokenizerFormatException(file, "holds a string that is not valid Unicode", exception);
        }
    }

    private static TokenPipeline Build(JsonFields root)
    {
        ITokenModel model = ModelReader.Read(root.Object("model"));
        INormalizer? normalizer = root.Has("normalizer") ? NormalizerReader.Read(root.Object("normalizer")) : null;
        var added = new List<AddedToken>();
        if (root.Has("added_tokens"))
        {
            added.AddRange(root.Objects("added_tokens").Select(token => ReadAddedToken(token, model.Vocabulary)));
        }

        return new TokenPipeline
        {
            Model = model,
            Normalizer = normalizer,
            PreTokenizer = root.Has("pre_tokenizer") ? PreTokenizerReader.Read(root.Object("pre_tokenizer")) : null,
            PostProcessor = root.Has("post_processor") ? PostProcessorReader.Read(root.Object("post_processor")) : null,
            Decoder = root.Has("decoder") ? DecoderReader.Read(root.Object("decoder")) : null,
            Truncation = root.Has("truncation") ? ReadTruncation(root.Object("truncation")) : null,
            Padding = root.Has("padding") ? ReadPadding(root.Object("padding")) : null,
            Added = CreateAdded(root, added, normalizer),
        };
    }

    private static AddedVocabulary CreateAdded(JsonFields root, List<AddedToken> added, INormalizer? normalizer)
    {
        try
        {
            return new AddedVocabulary(added, normalizer);
        }
        catch (Patterns.PatternException exception)
        {
            throw root.Wrong("normalizer", $"a pattern that {exception.Message}", "one that fits the added tokens");
        }
    }

    private static AddedToken ReadAddedToken(JsonFields token, Vocabulary vocabulary)
    {
        string content = token.RequiredText("content");
        int id = token.Integer("id", 0, MaxId);
        if (content.Length == 0)
        {
            throw token.Unsupported("content", "some text");
        }

        if (vocabulary.Find(content) is { } known ? known != id : vocabulary.Spelling(id) is not null)
        {
            throw token.Wrong("id", $"{id}", vocabulary.Find(content) is { } own
                ? $"{own}, which '{content}' has in the vocabulary" : $"an id of its own: '{vocabulary.Spelling(id)}' has that one");
        }

        return new AddedToken(content, id)
        {
            Special = token.Flag("special", absent: false),
            StripsLeft = token.Flag("lstrip", absent: false),
            StripsRight = token.Flag("rstrip", absent: false),
            SingleWord = token.Flag("single_word", absent: false),
            Normalized = token.Flag("normalized", absent: !token.Flag("special", absent: false)),
        };
    }

    private static Truncation ReadTruncation(JsonFields fields) => new(
        fields.Integer("max_length", 0, int.MaxValue),
        Choice.Of(fields, "strategy", "LongestFirst", "LongestFirst", "OnlyFirst", "OnlySecond"),
        Choice.Of(fields, "direction", "Right", "Right", "Left") == "Left");

    private static Padding ReadPadding(JsonFields fields)
    {
        int? length = null;
        if (fields.Has("strategy") && fields["strategy"].ValueKind == JsonValueKind.Object)
        {
            length = fields.Object("strategy").Integer("Fixed", 0, MaxId);
        }
        else
        {
            Choice.Of(fields, "strategy", "BatchLongest", "BatchLongest");
        }

        return new Padding(
            length, fields.Has("pad_to_multiple_of") ? fields.Integer("pad_to_multiple_of", 0, MaxId) : null,
            Choice.Of(fields, "direction", "Right", "Right", "Left") == "Left",
            fields.Integer("pad_id", 0, MaxId, absent: 0), fields.Integer("pad_type_id", 0, MaxId, absent: 0), fields.Text("pad_token") ?? "[PAD]");
    }
}
