using KvCompose.Samples;

namespace KvCompose.Evaluation.Tests.CommandLine;

public sealed class WrongArgumentTests : CommandLineFixture
{
    [Theory]
    [InlineData("--length abc", "'abc'")]
    [InlineData("--length 92", "--length is 92, expected 93 to")]
    [InlineData("--length 1000000", "--length is 1000000, expected 93 to")]
    [InlineData("--length -5", "-5")]
    [InlineData("--questions 0", "--questions is '0'")]
    [InlineData("--questions many", "'many'")]
    [InlineData("--turns 0", "--turns is '0'")]
    [InlineData("--turns 9", "--turns is '9'")]
    [InlineData("--seed -1", "-1")]
    [InlineData("--budget 0", "--budget is '0'")]
    [InlineData("--budget 0.0", "--budget is '0.0'")]
    [InlineData("--budget -4", "--budget is '-4'")]
    [InlineData("--budget 1.5", "--budget is '1.5'")]
    [InlineData("--budget NaN", "--budget is 'NaN'")]
    [InlineData("--budget 15", "Tokens of UniformBudget is 15")]
    [InlineData("--budget", "--budget")]
    [InlineData("--mebibytes 0", "--mebibytes is '0'")]
    [InlineData("--mebibytes some", "'some'")]
    [InlineData("--mebibytes 0.001 --length 512 --pipeline SnapKv", "--mebibytes is 0.001, expected at least 0.")]
    [InlineData("--mebibytes 2 --budget 64", "--mebibytes is '2', expected no --budget beside it")]
    [InlineData("--pipeline Foo", "'Foo'")]
    [InlineData("--pipeline FullCache Bar", "'Bar'")]
    [InlineData("--pipeline", "--pipeline")]
    [InlineData("--json", "--json")]
    [InlineData("--json /nonexistent/figures.json", "'/nonexistent/figures.json' cannot be written")]
    [InlineData("--json /", "'/' cannot be written")]
    [InlineData("--colour red", "--colour")]
    [InlineData("calibrate", "--epsilon")]
    [InlineData("calibrate p.json --epsilon 5", "--last")]
    [InlineData("calibrate p.json --epsilon -1 --last 2", "--epsilon is '-1'")]
    [InlineData("calibrate p.json --epsilon 5 --last -1", "--last is '-1'")]
    [InlineData("calibrate p.json --epsilon 5 --first 3 --last 2", "--first is 3, behind --last, which is 2")]
    [InlineData("calibrate p.json --epsilon 5 --last 6", "--last is 6, expected a layer from 0 to 5")]
    [InlineData("calibrate p.json --epsilon 5 --last 2 --rate 0", "--rate is '0'")]
    [InlineData("calibrate p.json --epsilon 5 --last 2 --texts 0", "--texts is '0'")]
    [InlineData("calibrate p.json --epsilon 5 --last 2 --length 3", "--length is 3, expected")]
    [InlineData("calibrate /nonexistent/p.json --epsilon 5 --last 2", "'/nonexistent/p.json' cannot be written")]
    [InlineData("needle", "'needle'")]
    public void Run_WrongArgument_SaysWhichAndEndsWithTwo(string arguments, string expected)
    {
        var output = new StringWriter();
        Assert.Equal(ExitCode.WrongArguments, Run(output, live: false, default, arguments.Split(' ')));
        Assert.Contains(expected, Error.ToString(), StringComparison.Ordinal);
        Assert.Equal("", output.ToString());
    }

    [Fact]
    public void Run_WrongLength_WritesNoFile()
    {
        Assert.Equal(ExitCode.WrongArguments, Run(TextWriter.Null, live: false, default, "--length", "5", "--json", JsonFile));
        Assert.Empty(Directory.GetFiles(Folder));
    }

    [Fact]
    public void Run_Help_NamesOptionsAndExitCodes()
    {
        var output = new StringWriter();
        Assert.Equal(ExitCode.Done, Run(output, live: false, default, "--help"));
        Assert.All(
            (string[])["--length", "--questions", "--seed", "--budget", "--pipeline", "--json", "2 wrong arguments", "130 cancelled"],
            expected => Assert.Contains(expected, output.ToString(), StringComparison.Ordinal));
    }
}
