using System.Text.Json;
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

    /// <summary>The library's wrapper decides itself whether special tokens are put in; an empty text shows which.</summary>
    private static EncodeOptions Options(HuggingFaceTokenizer library)
        => new() { AddSpecialTokens = library.Encode("").Length > 0, ParseSpecialTokens = true, ApplyFileLimits = true };

    private static bool Skips(HuggingFaceTokenizer library, Tokenizer tokenizer)
        => tokenizer.SpecialTokens.Count == 0 || library.Decode([(uint)tokenizer.SpecialTokens.First().Value]).Length == 0;

    private static string Text(Random random, int parts) => string.Concat(Enumerable.Range(0, parts).Select(_ => s_parts[random.Next(s_parts.Length)]));
}
