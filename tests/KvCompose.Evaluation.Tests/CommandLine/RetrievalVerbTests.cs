using System.Text.Json;
using KvCompose.Samples;
using KvCompose.Samples.Needle;

namespace KvCompose.Evaluation.Tests.CommandLine;

public sealed class RetrievalVerbTests : CommandLineFixture
{
    private string Table => Path.Combine(Folder, "retrieval.json");

    [Fact]
    public void Retrieval_OfShortTexts_WritesAScoreForEveryHeadAndText()
    {
        var output = new StringWriter();
        int code = Run(output, live: false, default, "retrieval", Table, "--length", "320", "--texts", "2");
        Assert.Equal("", Error.ToString());
        Assert.Equal(ExitCode.Done, code);
        Assert.Contains("2 of 2 texts were answered right", output.ToString(), StringComparison.Ordinal);
        Dictionary<string, double[]> scores = JsonSerializer.Deserialize<Dictionary<string, double[]>>(File.ReadAllText(Table))!;
        Assert.Equal(from layer in Enumerable.Range(0, 6) from head in Enumerable.Range(0, 8) select $"{layer}-{head}", scores.Keys);
        Assert.All(scores.Values, own => Assert.All(own, score => Assert.InRange(score, 0, 1)));
        Assert.All(scores.Values, own => Assert.Equal(2, own.Length));
    }

    [Fact]
    public void Retrieval_OfTheEmbeddedModel_LiesBesideIt()
    {
        Dictionary<string, double[]> scores = JsonSerializer.Deserialize<Dictionary<string, double[]>>(
            File.ReadAllText(Path.Combine(EmbeddedModel.Folder, "retrieval.json")))!;
        Assert.Equal(48, scores.Count);
        Assert.True(scores.Values.Count(own => own.Average() > 0.5) < 8, "few heads retrieve");
    }

    [Theory]
    [InlineData("--length 10", "--length is 10, expected")]
    [InlineData("--texts 0", "--texts is '0'")]
    public void Retrieval_WrongArgument_SaysWhichAndWritesNothing(string arguments, string expected)
    {
        Assert.Equal(ExitCode.WrongArguments, Run(TextWriter.Null, live: false, default, ["retrieval", Table, .. arguments.Split(' ')]));
        Assert.Contains(expected, Error.ToString(), StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(Folder));
    }

    [Fact]
    public void Retrieval_PlaceThatCannotBeWritten_EndsWithTwo()
    {
        Assert.Equal(ExitCode.WrongArguments, Run(TextWriter.Null, live: false, default, "retrieval", "/nonexistent/retrieval.json"));
        Assert.Contains("'/nonexistent/retrieval.json' cannot be written", Error.ToString(), StringComparison.Ordinal);
    }
}
