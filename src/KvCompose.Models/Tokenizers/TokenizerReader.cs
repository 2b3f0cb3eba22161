using System.Text.Json;
using KvCompose.Models.Json;

namespace KvCompose.Models.Tokenizers;

/// <summary>Reads tokenizer.json.</summary>
internal static class TokenizerReader
{
    private const int MaxFileBytes = 1 << 28;
    private const int MaxId = 1 << 24;

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
        try
        {
            using var document = JsonDocument.Parse(json);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? Build(new JsonFields(document.RootElement, problem => new TokenizerFormatException(file, problem)))
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

    /// <summary>Token ids by spelling.</summary>
    internal static Dictionary<string, int> ReadVocabulary(JsonFields model)
    {
        var ids = new Dictionary<string, int>(StringComparer.Ordinal);
        JsonFields vocabulary = model.Object("vocab");
        var spellings = new Dictionary<int, string>();
        foreach ((string token, int id) in vocabulary.Integers(0, MaxId))
        {
            ids[token] = id;
            if (!spellings.TryAdd(id, token) && spellings[id] != token)
            {
                throw vocabulary.Wrong(token, $"{id}", $"an id of its own: '{spellings[id]}' has that one");
            }
        }

        return ids.Count > 0 ? ids : throw model.Wrong("vocab", "empty", "tokens");
    }

    private static Tokenizer Build(JsonFields root)
    {
        JsonFields model = root.Object("model");
        ITokenModel tokens = model.Text("type") switch
        {
            "WordLevel" => ReadWordLevel(root, model),
            "BPE" or null when model.Has("merges") => BytePairReader.Read(root, model),
            _ => throw model.Unsupported("type", "BPE or WordLevel"),
        };
        AddedToken[] added = root.Has("added_tokens") ? [.. root.Objects("added_tokens").Select(ReadAddedToken)] : [];
        (int[] before, int[] after) = TemplateReader.Read(root);
        return new Tokenizer(tokens, new AddedTokens(added), before, after);
    }

    private static WordLevelModel ReadWordLevel(JsonFields root, JsonFields model)
    {
        if (root.Has("normalizer"))
        {
            throw root.Unsupported("normalizer", "null for a WordLevel model");
        }

        if (!root.Has("pre_tokenizer") || root.Object("pre_tokenizer").Text("type") != "WhitespaceSplit")
        {
            throw root.Wrong("pre_tokenizer", "another one", "WhitespaceSplit for a WordLevel model");
        }

        Dictionary<string, int> ids = ReadVocabulary(model);
        int? unknown = model.Text("unk_token") is { } token && ids.TryGetValue(token, out int id) ? id : null;
        return new WordLevelModel(ids, unknown);
    }

    private static AddedToken ReadAddedToken(JsonFields token)
    {
        if (token.Flag("single_word", absent: false))
        {
            throw token.Unsupported("single_word", "false");
        }

        string content = token.RequiredText("content");
        return content.Length > 0
            ? new AddedToken(
                content, token.Integer("id", 0, MaxId), token.Flag("special", absent: false),
                token.Flag("lstrip", absent: false), token.Flag("rstrip", absent: false))
            : throw token.Unsupported("content", "some text");
    }
}
