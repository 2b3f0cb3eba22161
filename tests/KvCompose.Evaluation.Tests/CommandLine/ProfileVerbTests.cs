using KvCompose.Samples;
using KvCompose.Samples.Needle;

namespace KvCompose.Evaluation.Tests.CommandLine;

public sealed class ProfileVerbTests : CommandLineFixture
{
    private string ProfileFile => Path.Combine(Folder, "profile.json");

    [Fact]
    public void Profile_OfShortTexts_WritesAProfileOfTheModel()
    {
        var output = new StringWriter();
        int code = Run(output, live: false, default, "profile", ProfileFile, "--length", "320", "--texts", "2", "--similar", "0.3");
        Assert.Equal("", Error.ToString());
        Assert.Equal(ExitCode.Done, code);
        HeadProfile profile = HeadProfile.Load(ProfileFile);
        Assert.Equal((6, 4), (profile.Layers, profile.KeyValueHeads));
        Assert.Contains($"{profile.FullHeads} of 24 heads keep the whole prompt", output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Profile_TwiceWithOneSeed_WritesTheSame()
    {
        string Written()
        {
            Assert.Equal(ExitCode.Done, Run(TextWriter.Null, live: false, default, "profile", ProfileFile, "--length", "240", "--texts", "1", "--seed", "7"));
            return File.ReadAllText(ProfileFile);
        }

        Assert.Equal(Written(), Written());
    }

    [Theory]
    [InlineData("--length 10", "--length is 10, expected")]
    [InlineData("--texts 0", "--texts is '0'")]
    [InlineData("--top -1", "--top is '-1'")]
    [InlineData("--stable 1.5", "--stable is '1.5'")]
    [InlineData("--similar NaN", "--similar is 'NaN'")]
    public void Profile_WrongArgument_SaysWhichAndWritesNothing(string arguments, string expected)
    {
        Assert.Equal(ExitCode.WrongArguments, Run(TextWriter.Null, live: false, default, ["profile", ProfileFile, .. arguments.Split(' ')]));
        Assert.Contains(expected, Error.ToString(), StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(Folder));
    }

    [Fact]
    public void Profile_PlaceThatCannotBeWritten_EndsWithTwo()
    {
        Assert.Equal(ExitCode.WrongArguments, Run(TextWriter.Null, live: false, default, "profile", "/nonexistent/profile.json"));
        Assert.Contains("'/nonexistent/profile.json' cannot be written", Error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Profile_OfTheEmbeddedModel_LiesBesideIt()
    {
        HeadProfile profile = HeadProfile.Load(Path.Combine(EmbeddedModel.Folder, "profile.json"));
        Assert.Equal((6, 4), (profile.Layers, profile.KeyValueHeads));
        Assert.True(profile.FullHeads < profile.Heads / 2);
    }
}
