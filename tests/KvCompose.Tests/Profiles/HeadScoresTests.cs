namespace KvCompose.Tests.Profiles;

public class HeadScoresTests
{
    [Fact]
    public void Parse_ScoresAndLists_GivesTheirMeansLayerByLayer()
    {
        HeadScores scores = HeadScores.Parse("""{ "1-0": [1, 2], "0-1": 0.25, "0-0": [3], "1-1": [0, 0, 0] }""", "heads.json");
        Assert.Equal((2, 2), (scores.Layers, scores.HeadsPerLayer));
        Assert.Equal([3, 0.25, 1.5, 0], scores.Values.ToArray());
    }

    [Theory]
    [InlineData("[]", "an object is expected")]
    [InlineData("{", "not JSON")]
    [InlineData("{}", "a table has heads")]
    [InlineData("""{ "0-0": 1, "1-1": 1 }""", "0-1 is missing")]
    [InlineData("""{ "zero": 1 }""", "heads are named by layer and head")]
    [InlineData("""{ "0-5000": 1 }""", "heads are named by layer and head")]
    [InlineData("""{ "0-0": [] }""", "a head has at least one score")]
    [InlineData("""{ "0-0": "much" }""", "a number is expected")]
    [InlineData("""{ "0-0": -1 }""", "0-0 is -1; a score is a finite number from 0")]
    [InlineData("""{ "0-0": 0, "0-1": 0 }""", "all zero")]
    public void Parse_NoTable_NamesFileAndField(string json, string expected)
    {
        HeadProfileException problem = Assert.Throws<HeadProfileException>(() => HeadScores.Parse(json, "heads.json"));
        Assert.StartsWith("heads.json: ", problem.Message, StringComparison.Ordinal);
        Assert.Contains(expected, problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Constructor_NoWholeLayers_Throws()
    {
        Assert.Throws<HeadProfileException>(() => new HeadScores(2, [1, 1, 1]));
        Assert.Throws<HeadProfileException>(() => new HeadScores(0, [1]));
        Assert.Throws<HeadProfileException>(() => new HeadScores(1, [double.NaN]));
    }
}
