using System.Text;
using KvCompose.Models.Files.Gguf;

namespace KvCompose.Models.Tokenizers.Vocabularies.Gguf;

/// <summary>What kind of token tokenizer.ggml.token_type says.</summary>
internal enum GgufTokenType
{
    Normal = 1,
    Unknown = 2,
    Control = 3,
    UserDefined = 4,
    Unused = 5,
    Byte = 6,
}

/// <summary>The tokenizer of a GGUF file as the file has it.</summary>
internal sealed record GgufVocabulary
{
    private const string Prefix = "tokenizer.ggml.";
    private const int MaxTokens = 1 << 24;

    /// <summary>Name for errors.</summary>
    public required string File { get; init; }

    /// <summary>gpt2, llama, t5 or bert.</summary>
    public required string Model { get; init; }

    /// <summary>The name of the rules that cut text; null if the file has none.</summary>
    public string? Pre { get; init; }

    public required string[] Tokens { get; init; }

    public float[]? Scores { get; init; }

    public required GgufTokenType[] Types { get; init; }

    /// <summary>Pairs, each with a space between.</summary>
    public string[] Merges { get; init; } = [];

    public int? Bos { get; init; }

    public int? Eos { get; init; }

    public int? Unknown { get; init; }

    public int? Separator { get; init; }

    public bool? AddBos { get; init; }

    public bool? AddEos { get; init; }

    public bool? AddSpacePrefix { get; init; }

    public bool? RemoveExtraSpaces { get; init; }

    /// <summary>SentencePiece's compiled character map.</summary>
    public byte[]? CharacterMap { get; init; }

    /// <exception cref="ModelConfigurationException">A key is missing, or has another type than expected.</exception>
    /// <exception cref="TokenizerFormatException">Arrays contradict each other.</exception>
    public static GgufVocabulary Read(GgufMetadata metadata)
    {
        string[] tokens = ReadTokens(metadata);
        return new GgufVocabulary
        {
            File = metadata.File,
            Model = metadata.RequiredText(Prefix + "model"),
            Pre = metadata.Text(Prefix + "pre"),
            Tokens = tokens,
            Scores = metadata.Has(Prefix + "scores") ? Sized(metadata, "scores", metadata.Floats(Prefix + "scores"), tokens.Length) : null,
            Types = ReadTypes(metadata, tokens.Length),
            Merges = metadata.Has(Prefix + "merges") ? [.. metadata.Strings(Prefix + "merges").Select(Encoding.UTF8.GetString)] : [],
            Bos = Token(metadata, "bos_token_id"),
            Eos = Token(metadata, "eos_token_id"),
            Unknown = Token(metadata, "unknown_token_id"),
            Separator = Token(metadata, "seperator_token_id"),
            AddBos = Flag(metadata, "add_bos_token"),
            AddEos = Flag(metadata, "add_eos_token"),
            AddSpacePrefix = Flag(metadata, "add_space_prefix"),
            RemoveExtraSpaces = Flag(metadata, "remove_extra_whitespaces"),
            CharacterMap = ReadMap(metadata),
        };
    }

    private static string[] ReadTokens(GgufMetadata metadata)
    {
        if (metadata.Count(Prefix + "tokens") > MaxTokens)
        {
            throw metadata.Wrong(Prefix + "tokens", $"at most {MaxTokens} tokens");
        }

        string[] tokens = [.. metadata.Strings(Prefix + "tokens").Select(Encoding.UTF8.GetString)];
        if (tokens.Length == 0)
        {
            throw metadata.Wrong(Prefix + "tokens", "tokens");
        }

        for (int i = 0; i < tokens.Length; i++)
        {
            tokens[i] = tokens[i].Length == 0 ? $"[EMPTY_{i}]" : tokens[i]; // As llama.cpp calls them.
        }

        return tokens;
    }

    private static GgufTokenType[] ReadTypes(GgufMetadata metadata, int tokens)
    {
        if (!metadata.Has(Prefix + "token_type"))
        {
            return [.. Enumerable.Repeat(GgufTokenType.Normal, tokens)];
        }

        int[] types = Sized(metadata, "token_type", metadata.Integers(Prefix + "token_type", 0, 6), tokens);
        return [.. types.Select(type => type == 0 ? GgufTokenType.Normal : (GgufTokenType)type)];
    }

    private static T[] Sized<T>(GgufMetadata metadata, string key, T[] values, int tokens)
        => values.Length == tokens ? values : throw new TokenizerFormatException(metadata.File, $"'{Prefix}{key}' has {values.Length} elements, there are {tokens} tokens");

    private static int? Token(GgufMetadata metadata, string key)
        => metadata.Has(Prefix + key) && metadata.Find(Prefix + key) is { IsInteger: true } value ? (int)Int128.Clamp(value.Integer, -1, int.MaxValue)
            : metadata.Has(Prefix + key) ? throw metadata.Wrong(Prefix + key, "an integer") : null;

    private static bool? Flag(GgufMetadata metadata, string key)
        => metadata.Has(Prefix + key) ? metadata.Flag(Prefix + key, absent: false) : null;

    private static byte[]? ReadMap(GgufMetadata metadata)
    {
        const string Key = Prefix + "precompiled_charsmap";
        if (metadata.Find(Key) is not { } value)
        {
            return null;
        }

        return value.Type == GgufType.Array && GgufValues.Size(value.ElementType) == 1 ? metadata.Bytes(value).ToArray() : throw metadata.Wrong(Key, "an array of bytes");
    }
}
