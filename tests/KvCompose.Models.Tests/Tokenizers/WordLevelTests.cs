using KvCompose.Models.Tests.Support;
using KvCompose.Models.Tokenizers;

namespace KvCompose.Models.Tests.Tokenizers;

public sealed class WordLevelTests
{
    [Fact]
    public void Encode_AnyWhiteSpace_SeparatesWords()
        => Assert.Equal([1, 2, 3], TestTokenizers.Parse(ExpectedCase.WordTokenizer(9)).Encode("  w1\tw2\r\n w3 "));

    [Fact]
    public void Encode_UnknownWord_BecomesTheUnknownToken()
        => Assert.Equal([0, 4], TestTokenizers.Parse(ExpectedCase.WordTokenizer(9)).Encode("what w4"));

    [Fact]
    public void Encode_UnknownWordWithoutSuchAToken_ThrowsAndNamesIt()
    {
        Tokenizer tokenizer = TestTokenizers.Parse(ExpectedCase.WordTokenizer(9).Replace("\"unk_token\":\"w0\",", ""));

        Assert.Contains("'what'", Assert.Throws<ArgumentException>(() => tokenizer.Encode("w1 what")).Message);
    }

    [Fact]
    public void Encode_UnknownTokenThatTheVocabularyLacks_ThrowsAndNamesTheWord()
    {
        Tokenizer tokenizer = TestTokenizers.Parse(ExpectedCase.WordTokenizer(9).Replace("\"unk_token\":\"w0\"", "\"unk_token\":\"<unk>\""));

        Assert.Contains("'zebra'", Assert.Throws<ArgumentException>(() => tokenizer.Encode("w1 zebra")).Message);
    }

    [Fact]
    public void Decode_EncodedText_GivesItBack()
    {
        Tokenizer tokenizer = TestTokenizers.Parse(ExpectedCase.WordTokenizer(9));

        Assert.Equal("w1 w2 w8", tokenizer.Decode(tokenizer.Encode("w1 w2 w8")));
    }
}
