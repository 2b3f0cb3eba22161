using System.Text.Json;
using KvCompose.Models.Tokenizers;

namespace KvCompose.Models.Tests.Tokenizers;

/// <summary>Small tokenizer.json files.</summary>
internal static class TestTokenizers
{
    public const string Llama3Pattern =
        @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    /// <summary>Merges that give the, there, hello (by way of hell), a doubled space before words, and a two-byte letter.</summary>
    public static readonly (string Left, string Right)[] Merges =
    [
        ("t", "h"), ("th", "e"), ("Ġ", "the"), ("h", "e"), ("l", "l"), ("he", "ll"), ("hell", "o"), ("r", "e"), ("the", "re"),
        ("Ġ", "Ġ"), ("Ã", "©"), ("Ġ", "w"), ("o", "r"), ("Ġw", "or"), ("1", "2"), ("12", "3"),
    ];

    /// <summary>The character for a byte, by the published rule: printable Latin-1 as it is, the others from U+0100 on.</summary>
    public static string[] Bytes()
    {
        var symbols = new string[256];
        int next = 0x100;
        for (int value = 0; value < 256; value++)
        {
            bool kept = value is >= 33 and <= 126 or >= 161 and <= 172 or >= 174 and <= 255;
            symbols[value] = ((char)(kept ? value : next++)).ToString();
        }

        return symbols;
    }

    /// <summary>Ids: bytes 0…255, then the merges in order, then what is added.</summary>
    public static Dictionary<string, int> Vocabulary()
    {
        var ids = new Dictionary<string, int>();
        foreach (string token in Bytes().Concat(Merges.Select(merge => merge.Left + merge.Right)))
        {
            ids.Add(token, ids.Count);
        }

        return ids;
    }

    public static string BytePairJson(
        object? preTokenizer = null, object[]? added = null, object? postProcessor = null, object? normalizer = null,
        bool ignoreMerges = false, bool pairsAsLists = false)
        => JsonSerializer.Serialize(new
        {
            version = "1.0",
            added_tokens = added ?? [],
            normalizer,
            pre_tokenizer = preTokenizer ?? new { type = "ByteLevel", add_prefix_space = false, trim_offsets = true, use_regex = true },
            post_processor = postProcessor,
            decoder = new { type = "ByteLevel" },
            model = new
            {
                type = "BPE",
                dropout = (object?)null,
                unk_token = (object?)null,
                continuing_subword_prefix = (object?)null,
                end_of_word_suffix = (object?)null,
                fuse_unk = false,
                byte_fallback = false,
                ignore_merges = ignoreMerges,
                vocab = Vocabulary(),
                merges = Merges.Select(merge => pairsAsLists ? (object)new[] { merge.Left, merge.Right } : $"{merge.Left} {merge.Right}"),
            },
        });

    public static object Llama3PreTokenizer() => new
    {
        type = "Sequence",
        pretokenizers = new object[]
        {
            new { type = "Split", pattern = new { Regex = Llama3Pattern }, behavior = "Isolated", invert = false },
            new { type = "ByteLevel", add_prefix_space = false, trim_offsets = true, use_regex = false },
        },
    };

    public static Tokenizer Parse(string json) => Tokenizer.Parse(System.Text.Encoding.UTF8.GetBytes(json));
}
