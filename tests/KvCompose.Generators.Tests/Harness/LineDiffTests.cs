using KvCompose.Roslyn.Testing;

namespace KvCompose.Generators.Tests.Harness;

public class LineDiffTests
{
    [Fact]
    public void Between_EqualTexts_IsEmpty() => Assert.Equal("", LineDiff.Between("a\nb", "a\nb"));

    [Fact]
    public void Between_InsertedLine_ShowsItWithItsSurroundings()
        => Assert.Equal("     2   b\n     3   c\n     4 + x\n     4   d\n", LineDiff.Between("a\nb\nc\nd", "a\nb\nc\nx\nd"));

    [Fact]
    public void Between_RepeatedLine_IsOneDifference() => Assert.Equal("     1   a\n     2 - a\n", LineDiff.Between("a\na", "a"));

    [Fact]
    public void Between_ManyLines_AreCutOff()
    {
        var difference = LineDiff.Between("", string.Join('\n', Enumerable.Range(1, 100)));
        Assert.Contains("(60 more lines)", difference);
        Assert.DoesNotContain("41", difference);
    }
}
