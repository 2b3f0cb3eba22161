using System.Text;
using KvCompose.Models.Tokenizers;

namespace KvCompose.Models.Tests.Tokenizers;

/// <summary>The bytes of single tokens, put together, are the text.</summary>
public sealed class TokenBytesTests
{
    private const string Text = "Hello, wörld: 12 tokens of 😀 and 日本\n  twice.";

    [Theory]
    [InlineData("qwen3_like")]
    [InlineData("llama3_like")]
    [InlineData("gptoss_like")]
    [InlineData("llama2_like")]
    [InlineData("phi3_like")]
    [InlineData("gemma_like")]
    public void BytesOf_TokensOfAText_AreItsBytes(string vocabulary)
    {
        Tokenizer tokenizer = Tokenizer.Load(Path.Combine(VectorTests.Folder, vocabulary, "tokenizer.json"));
        var bytes = new List<byte>();
        foreach (int token in tokenizer.Encode(Text, addSpecialTokens: false))
        {
            bytes.AddRange(tokenizer.BytesOf(token));
        }

        // SentencePiece puts a space in front of a text, which only decoding of a whole text takes away.
        Assert.Equal(Text, Encoding.UTF8.GetString([.. bytes]).TrimStart(' '));
    }

    [Theory]
    [InlineData("llama2_like.gguf")]
    [InlineData("qwen3_like.gguf")]
    [InlineData("gemma_like.gguf")]
    public void BytesOf_VocabularyOfGguf_AreTheDecodedTextsBytesUnderBothRules(string file)
    {
        foreach (GgufTokenizerRules rules in Enum.GetValues<GgufTokenizerRules>())
        {
            Tokenizer tokenizer = Tokenizer.LoadGguf(Path.Combine(VectorTests.Folder, "gguf", file), rules);
            var bytes = new List<byte>();
            int[] tokens = tokenizer.Encode(Text, addSpecialTokens: false);
            foreach (int token in tokens)
            {
                bytes.AddRange(tokenizer.BytesOf(token));
            }

            Assert.Equal(tokenizer.Decode(tokens).TrimStart(' '), Encoding.UTF8.GetString([.. bytes]).TrimStart(' '));
        }
    }

    [Fact]
    public void BytesOf_ControlTokenOrIdOutsideTheVocabulary_AreNone()
    {
        Tokenizer tokenizer = Tokenizer.Load(Path.Combine(VectorTests.Folder, "qwen3_like", "tokenizer.json"));
        Assert.True(tokenizer.BytesOf(tokenizer.IdOf("<|im_end|>")!.Value).IsEmpty);
        Assert.True(tokenizer.BytesOf(-1).IsEmpty);
        Assert.True(tokenizer.BytesOf(tokenizer.LargestId + 1).IsEmpty);
    }
}
