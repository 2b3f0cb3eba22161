using System.Text;
using System.Text.Json;
using KvCompose.Models.Tests.Support;
using KvCompose.Models.Tokenizers;
using HuggingFaceTokenizer = Tokenizers.DotNet.Tokenizer;

namespace KvCompose.Models.Tests.Tokenizers;

/// <summary>Generated texts: ids and decoded text equal those of Hugging Face's tokenizers library.</summary>
public sealed class HuggingFaceTests
{
    private static readonly string[] s_parts =
    [
        " ", "  ", "\n", "\r\n", "\t", "a", "the", "Hello", "world", "isn't", "I'LL", "'\u017F", "12345", "3.14", "!", "...", "é", "e\u0301", "q\u0323\u0307", "ß", "İ", "\u00A0",
        "\u3000", "\u0085", "\u2028", "日本", "語", "カタカナ", "한글", "\u1112\u1161\u11AB", "مرحبا", "नमस्ते", "สวัสดี", "Привет", "😀", "👨\u200D👩\u200D👧", "🇩🇪", "𝐀", "𠀀", "ﬁ", "①", "½", "\u200B", "\u200D",
        "\uFEFF", "\uFFFD", "\0", "\u0007", "\uE000", "<s>", "</s>", "<unk>", "<|endoftext|>", "<|im_end|>", "[MASK]", "[SEP]", "<pad>", "▁", "Ġ", "<0x41>", "_", "-", "##", "</w>", "#include", "x_y",
    ];

    [HuggingFaceFact]
    public void EncodeAndDecode_GeneratedTexts_EqualTheLibrary()
    {
        foreach (string file in Directory.GetFiles(VectorTests.Folder, "tokenizer.json", SearchOption.AllDirectories).Order())
        {
            using var library = new HuggingFaceTokenizer(vocabPath: file);
            Tokenizer tokenizer = Tokenizer.Load(file);
            var random = new Random(11);
            for (int i = 0; i < 60; i++)
            {
                string text = Text(random, random.Next(1, 25));
                uint[] wanted = library.Encode(text);
                int[] ids = tokenizer.Encode(text, Options(library));
                Assert.True(wanted.Select(id => (int)id).SequenceEqual(ids), $"{file}: {JsonSerializer.Serialize(text)}: {string.Join(' ', wanted)}, got {string.Join(' ', ids)}");
                Assert.Equal(library.Decode(wanted), tokenizer.Decode(ids, Skips(library, tokenizer)));
            }
        }
    }

    [HuggingFaceFact]
    public void Normalizers_EveryCharacter_EqualTheLibrary()
    {
        foreach (object normalizer in new object[]
        {
            new { type = "NFC" }, new { type = "NFD" }, new { type = "NFKC" }, new { type = "NFKD" }, new { type = "Lowercase" }, new { type = "StripAccents" },
            new { type = "BertNormalizer", clean_text = true, handle_chinese_chars = true, strip_accents = true, lowercase = true },
            new { type = "Nmt" },
        })
        {
            Compare(normalizer, EveryCharacter());
        }
    }

    [HuggingFaceFact]
    public void Patterns_GeneratedTexts_EqualOnigurumaInTheLibrary()
    {
        // The library itself breaks off where a match is empty.
        string[] patterns =
        [
            @"\p{L}+|\p{N}", @"\s+(?!\S)|\s+", @"[^\s\p{L}\p{N}]+", @"\w+", @"\W", @"[\w]+", @"[^\w]", @"\b.", @".\B", @"^.", @".$", @"\A.", @".\z", @".\Z", @"(?m:.)", "(?i:fi)", "(?i:ss)", "(?i:[k])",
            "(?i:[^k])", @"(?i:\p{Lu})", @"(?i:[\p{Lu}])", "(?i:[[:upper:]])", "(?i:[a-c])", "(?i:[^a-c])", @"[\p{L}&&[^a-m]]+", @"[[:alpha:]]+", @"[[:punct:]]", @"[[:graph:]]", @"[[:print:]]", @"[[:cntrl:]]", @"[[:upper:]]", @"[[:lower:]]", @"[[:word:]]", @"[[:space:]]", @"\h", @"\R", @"(.)\1",
            "(?<c>.)\\k<c>", @"a{2}?b", @"a{1,2}+", "a{,2}b", "a{x", "(?>a+)a", "a++a", "a*?b", "(?<=a)b", "(?<!a)b", @"(?<=\s)\S", @"\p{Han}", @"\p{Hiragana}|\p{Katakana}", @"\P{L}", @"\p{^L}", "(a|b)*c", "(?:a?)*b", "(?i)a|B",
            "x(?i)y|z", @"[\-\]]", "[]a]", "[a-]", @"\x41|\x{1F600}|\u00e9", "(?#c)a", "(?x: a b )", @"\d{1,3}(?=(?:\d{3})*\b)", @"[^\S\n]", @"\p{Emoji_Nothing}",
        ];
        foreach (string pattern in patterns)
        {
            Compare(new { type = "Replace", pattern = new { Regex = pattern }, content = "¦" }, Generated(40));
        }
    }

    private static IEnumerable<string> Generated(int count)
    {
        var random = new Random(5);
        string[] letters = [.. s_parts, "aab", "aa", "ab", "b", "c", "xy", "xY", "z", "fi", "FI", "ss", "K", "\u212A", "k", "-", "]", "A"];
        return Enumerable.Range(0, count).Select(_ => string.Concat(Enumerable.Range(0, random.Next(1, 14)).Select(_ => letters[random.Next(letters.Length)])));
    }

    private static IEnumerable<string> EveryCharacter()
    {
        var text = new StringBuilder();
        for (int c = 1; c < 0x32000; c++)
        {
            if (c is < 0xD800 or > 0xDFFF)
            {
                text.Append(char.ConvertFromUtf32(c)).Append(c % 3 == 0 ? "\u0316\u0301" : "x");
            }

            if (c % 512 == 0)
            {
                yield return text.ToString();
                text.Clear();
            }
        }
    }

    /// <summary>A vocabulary of bytes alone shows what a normalizer gives.</summary>
    private static void Compare(object normalizer, IEnumerable<string> texts)
    {
        string json = TestTokenizers.BytePairJson(new { type = "ByteLevel", add_prefix_space = false, trim_offsets = true, use_regex = false }, normalizer: normalizer)
            .Replace("""{"type":"ByteLevel"}""", """{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,"use_regex":true}""");
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("tokenizer.json"), json);
        HuggingFaceTokenizer library;
        try
        {
            library = new HuggingFaceTokenizer(vocabPath: folder.File("tokenizer.json"));
        }
        catch (Exception exception) when (exception.GetType().Name == "TokenizerException")
        {
            Assert.Throws<TokenizerFormatException>(() => TestTokenizers.Parse(json));
            return;
        }

        using (library)
        {
            Tokenizer tokenizer = TestTokenizers.Parse(json);
            foreach (string text in texts)
            {
                int[] wanted = [.. library.Encode(text).Select(id => (int)id)], ids = tokenizer.Encode(text);
                int same = wanted.AsSpan().CommonPrefixLength(ids), from = Math.Max(0, same - 12);
                Assert.True(wanted.SequenceEqual(ids), $"{JsonSerializer.Serialize(normalizer)}: {JsonSerializer.Serialize(tokenizer.Decode(wanted.AsSpan(from, Math.Min(40, wanted.Length - from))))}, "
                    + $"got {JsonSerializer.Serialize(tokenizer.Decode(ids.AsSpan(from, Math.Min(40, ids.Length - from))))} in {JsonSerializer.Serialize(text)}");
            }
        }
    }

    /// <summary>The library's wrapper decides itself whether special tokens are put in; an empty text shows which.</summary>
    private static EncodeOptions Options(HuggingFaceTokenizer library)
        => new() { AddSpecialTokens = library.Encode("").Length > 0, ParseSpecialTokens = true, ApplyFileLimits = true };

    private static bool Skips(HuggingFaceTokenizer library, Tokenizer tokenizer)
        => tokenizer.SpecialTokens.Count == 0 || library.Decode([(uint)tokenizer.SpecialTokens.First().Value]).Length == 0;

    private static string Text(Random random, int parts) => string.Concat(Enumerable.Range(0, parts).Select(_ => s_parts[random.Next(s_parts.Length)]));
}
