using KvCompose.Models.Tests.Support;
using KvCompose.Models.Tests.Tokenizers;

namespace KvCompose.Models.Tests.Loading;

public sealed class TokenizerFormatTests
{
    [Theory]
    [InlineData("\"type\":\"BPE\"", "\"type\":\"Unigram\"", "'model.type' is \"Unigram\"")]
    [InlineData("\"byte_fallback\":false", "\"byte_fallback\":true", "'model.byte_fallback' is true")]
    [InlineData("\"dropout\":null", "\"dropout\":0.1", "'model.dropout' is 0.1")]
    [InlineData("\"end_of_word_suffix\":null", "\"end_of_word_suffix\":\"x\"", "'model.end_of_word_suffix' is \"x\"")]
    [InlineData("\"t h\"", "\"t hh\"", "'model.merges[0]' is 't hh'")]
    [InlineData("\"t h\"", "\"th\"", "'model.merges[0]'")]
    [InlineData("\"t h\"", "7", "'model.merges[0]'")]
    [InlineData("\"!\":33", "\"!\":34", "'model.vocab.\\u0022' is 34")]
    [InlineData("\"!\":33", "\"!\":-1", "'model.vocab.!' is -1")]
    [InlineData("\"!\":33", "\"!\":2000000000", "'model.vocab.!' is 2000000000")]
    [InlineData("\"!\":33,", "", "a token for byte 33")]
    [InlineData("\"type\":\"ByteLevel\",\"add", "\"type\":\"Metaspace\",\"add", "'pre_tokenizer' is")]
    [InlineData("\"normalizer\":null", "\"normalizer\":{\"type\":\"Lowercase\"}", "'normalizer.type' is \"Lowercase\"")]
    [InlineData("\"post_processor\":null", "\"post_processor\":{\"type\":\"BertProcessing\"}", "'post_processor.type'")]
    [InlineData("\"added_tokens\":[]", "\"added_tokens\":[{\"id\":300,\"content\":\"x\",\"single_word\":true}]", "'added_tokens[0].single_word' is true")]
    [InlineData("\"added_tokens\":[]", "\"added_tokens\":[{\"content\":\"x\"}]", "'added_tokens[0].id' is missing")]
    [InlineData("\"added_tokens\":[]", "\"added_tokens\":[3]", "'added_tokens[0]' is 3")]
    public void Parse_BytePairGoneWrong_NamesFieldAndValue(string good, string bad, string problem)
    {
        string json = TestTokenizers.BytePairJson();
        Assert.Contains(good, json);

        var exception = Assert.Throws<TokenizerFormatException>(() => TestTokenizers.Parse(json.Replace(good, bad)));

        Assert.StartsWith("tokenizer.json: ", exception.Message);
        Assert.Contains(problem.Replace("\\u0022", "\""), exception.Message);
    }

    [Fact]
    public void Parse_PatternThatIsNone_NamesIt()
    {
        string json = TestTokenizers.BytePairJson(new
        {
            type = "Sequence",
            pretokenizers = new object[]
            {
                new { type = "Split", pattern = new { Regex = "(" }, behavior = "Isolated", invert = false },
                new { type = "ByteLevel", add_prefix_space = false, use_regex = false },
            },
        });

        Assert.Contains("'pre_tokenizer.pretokenizers[0].pattern' is '('", Assert.Throws<TokenizerFormatException>(() => TestTokenizers.Parse(json)).Message);
    }

    [Theory]
    [InlineData("WhitespaceSplit", "Metaspace", "'pre_tokenizer")]
    [InlineData("\"w2\":2", "\"w2\":1", "'model.vocab.w2' is 1")]
    [InlineData("\"type\":\"WordLevel\"", "\"type\":7", "'model.type' is 7")]
    public void Parse_WordLevelGoneWrong_NamesFieldAndValue(string good, string bad, string problem)
        => Assert.Contains(problem, Assert.Throws<TokenizerFormatException>(
            () => TestTokenizers.Parse(ExpectedCase.WordTokenizer(5).Replace(good, bad))).Message);

    [Theory]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("")]
    [InlineData("{\"model\":{\"type\":\"WordLevel\",\"vocab\":{}},\"pre_tokenizer\":{\"type\":\"WhitespaceSplit\"}}")]
    public void Parse_NothingThere_Throws(string json) => Assert.Throws<TokenizerFormatException>(() => TestTokenizers.Parse(json));
}
