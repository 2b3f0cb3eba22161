using System.Text.Json.Nodes;
using KvCompose.Evaluation.Tests.Support;

namespace KvCompose.Evaluation.Tests.Needle;

public sealed class NeedleVocabularyTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();

    [Fact]
    public void Load_EmbeddedWords_GivesTheTokensOfTheWords()
    {
        NeedleVocabulary vocabulary = EmbeddedNeedle.Vocabulary;
        Assert.Equal(EmbeddedNeedle.List("adjectives"), EmbeddedNeedle.Words([.. vocabulary.Adjectives]));
        Assert.Equal(EmbeddedNeedle.List("nouns"), EmbeddedNeedle.Words([.. vocabulary.Nouns]));
        Assert.Equal(EmbeddedNeedle.List("fillers"), EmbeddedNeedle.Words([.. vocabulary.Fillers]));
        Assert.Equal(EmbeddedNeedle.List("numbers"), EmbeddedNeedle.Words([.. vocabulary.Numbers]));
        Assert.Equal(2, vocabulary.ValueTokens);
        Assert.Equal(10, vocabulary.Fact.Tokens);
    }

    [Theory]
    [InlineData(0, 0, true)]
    [InlineData(3, 5, true)]
    [InlineData(47, 1, true)]
    [InlineData(0, 1, false)]
    [InlineData(7, 7, false)]
    public void IsHeldOut_EmbeddedRule_HoldsWhereTheSumIsAMultipleOfEight(int adjective, int noun, bool expected)
        => Assert.Equal(expected, EmbeddedNeedle.Vocabulary.IsHeldOut(adjective, noun));

    [Theory]
    [InlineData("adjectives", "[]", "'adjectives' is []")]
    [InlineData("adjectives", "\"amber\"", "'adjectives' is \"amber\"")]
    [InlineData("nouns", "[\"anchor\", 3]", "'nouns[1]' is 3")]
    [InlineData("nouns", "[\"anchor\", \"anchor\"]", "'nouns[1]' is \"anchor\"")]
    [InlineData("fillers", "[\"about\", \"xyzzy\"]", "'fillers[1]' is \"xyzzy\"")]
    [InlineData("numbers", "null", "'numbers' is null")]
    [InlineData("valueTokens", "0", "'valueTokens' is 0")]
    [InlineData("valueTokens", "1e9", "'valueTokens' is 1e9")]
    [InlineData("valueTokens", "\"two\"", "'valueTokens' is \"two\"")]
    [InlineData("heldOutPairs", "{\"modulus\": 0, \"remainder\": 0}", "'heldOutPairs.modulus' is 0")]
    [InlineData("heldOutPairs", "{\"modulus\": 8, \"remainder\": 8}", "'heldOutPairs.remainder' is 8")]
    [InlineData("heldOutPairs", "{\"modulus\": 8}", "'heldOutPairs.remainder' is missing")]
    [InlineData("heldOutPairs", "7", "'heldOutPairs.modulus' is missing")]
    [InlineData("templates.beginning", "[\"{noun}\"]", "'templates.beginning' is [\"{noun}\"]")]
    [InlineData("templates.fact", "[\"the\", \"{adjective}\", \"{noun}\", \".\"]", "'templates.fact' is")]
    [InlineData("templates.fact", "[\"{adjective}\", \"{noun}\", \"{value}\", \"{filler}\"]", "'templates.fact' is")]
    [InlineData("templates.question", "[\"what\", \"{noun}\", \"?\"]", "'templates.question' is")]
    [InlineData("templates.afterAnswer", "[\"{number}\"]", "'templates.afterAnswer' is")]
    [InlineData("templates.noise", "[]", "'templates.noise' is []")]
    [InlineData("templates.noise", "[[\"the\"], [\"{value}\"]]", "'templates.noise[1]' is")]
    [InlineData("templates.noise", "[[\"{adjective}\"]]", "'templates.noise[0]' is")]
    [InlineData("templates.noise", "[[\"the\", \"\\ud800\"]]", "'templates.noise[0][1]' is")]
    public void Load_WrongField_NamesFileFieldAndValue(string field, string value, string expected)
    {
        JsonObject words = JsonNode.Parse(File.ReadAllText(EmbeddedNeedle.WordsFile))!.AsObject();
        string[] path = field.Split('.');
        JsonObject parent = path.Length == 1 ? words : words[path[0]]!.AsObject();
        parent[path[^1]] = "PLACE";
        File.WriteAllText(_file, words.ToJsonString().Replace("\"PLACE\"", value));
        AssertRefused(expected);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("3")]
    [InlineData("{\"adjectives\": [\"amber\"")]
    public void Load_OtherContent_NamesTheFile(string content)
    {
        File.WriteAllText(_file, content);
        AssertRefused("");
    }

    [Fact]
    public void Load_MissingFile_NamesIt()
    {
        File.Delete(_file);
        AssertRefused("cannot be read");
    }

    public void Dispose() => File.Delete(_file);

    private void AssertRefused(string expected)
    {
        var error = Assert.Throws<NeedleVocabularyException>(() => NeedleVocabulary.Load(_file, EmbeddedNeedle.Tokenizer));
        Assert.StartsWith(_file, error.Message, StringComparison.Ordinal);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.Equal(_file, error.File);
    }
}
