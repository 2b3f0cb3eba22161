using KvCompose.Models.Tests.Support;
using KvCompose.Models.Tests.Tokenizers;

namespace KvCompose.Models.Tests.Loading;

public sealed class TokenizerFormatTests
{
    [Theory]
    [InlineData("\"type\":\"BPE\"", "\"type\":\"Bigram\"", "'model.type' is \"Bigram\"")]
    [InlineData("\"type\":\"BPE\"", "\"type\":\"Unigram\"", "'model.vocab' is {")]
    [InlineData("\"byte_fallback\":false", "\"byte_fallback\":1", "'model.byte_fallback' is 1")]
    [InlineData("\"dropout\":null", "\"dropout\":0.1", "'model.dropout' is 0.1")]
    [InlineData("\"end_of_word_suffix\":null", "\"end_of_word_suffix\":7", "'model.end_of_word_suffix' is 7")]
    [InlineData("\"t h\"", "\"t hh\"", "'model.merges[0]' is 't hh'")]
    [InlineData("\"t h\"", "\"th\"", "'model.merges[0]'")]
    [InlineData("\"t h\"", "7", "'model.merges[0]'")]
    [InlineData("\"!\":33", "\"!\":34", "'model.vocab.\\u0022' is 34")]
    [InlineData("\"!\":33", "\"!\":-1", "'model.vocab.!' is -1")]
    [InlineData("\"!\":33", "\"!\":2000000000", "'model.vocab.!' is 2000000000")]
    [InlineData("\"type\":\"ByteLevel\",\"add", "\"type\":\"Syllables\",\"add", "'pre_tokenizer.type' is \"Syllables\"")]
    [InlineData("\"normalizer\":null", "\"normalizer\":{\"type\":\"Uppercase\"}", "'normalizer.type' is \"Uppercase\"")]
    [InlineData("\"post_processor\":null", "\"post_processor\":{\"type\":\"Frame\"}", "'post_processor.type' is \"Frame\"")]
    [InlineData("\"post_processor\":null", "\"post_processor\":{\"type\":\"BertProcessing\"}", "'post_processor.cls' is missing")]
    [InlineData("{\"type\":\"ByteLevel\"}", "{\"type\":\"Reverse\"}", "'decoder.type' is \"Reverse\"")]
    [InlineData("\"added_tokens\":[]", "\"added_tokens\":[{\"id\":300,\"content\":\"the\"}]", "'added_tokens[0].id' is 300, expected 257")]
    [InlineData("\"added_tokens\":[]", "\"added_tokens\":[{\"id\":257,\"content\":\"x y\"}]", "'the' has that one")]
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

        Assert.Contains("'pre_tokenizer.pretokenizers[0].pattern' is '(', which lacks a ')'", Assert.Throws<TokenizerFormatException>(() => TestTokenizers.Parse(json)).Message);
    }

    [Theory]
    [InlineData("WhitespaceSplit", "Spaces", "'pre_tokenizer.type' is \"Spaces\"")]
    [InlineData("\"w2\":2", "\"w2\":1", "'model.vocab.w2' is 1")]
    [InlineData("\"type\":\"WordLevel\"", "\"type\":7", "'model.type' is 7")]
    public void Parse_WordLevelGoneWrong_NamesFieldAndValue(string good, string bad, string problem)
        => Assert.Contains(problem, Assert.Throws<TokenizerFormatException>(
            () => TestTokenizers.Parse(ExpectedCase.WordTokenizer(5).Replace(good, bad))).Message);

    [Theory]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("")]
    [InlineData("[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[")]
    [InlineData("{\"model\":{\"type\":\"WordLevel\",\"vocab\":{}},\"pre_tokenizer\":{\"type\":\"WhitespaceSplit\"}}")]
    public void Parse_NothingThere_Throws(string json) => Assert.Throws<TokenizerFormatException>(() => TestTokenizers.Parse(json));
}
