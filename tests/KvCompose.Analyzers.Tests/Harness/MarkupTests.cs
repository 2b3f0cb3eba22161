using KvCompose.Roslyn.Testing;
using Microsoft.CodeAnalysis.Text;

namespace KvCompose.Analyzers.Tests.Harness;

public class MarkupTests
{
    [Fact]
    public void Parse_NestedAndNeighbouringMarks_GivesTheirSpansInTheCleanText()
    {
        var markup = Markup.Parse("a {|KVC1:b {|CS2:c|}|}{|KVC3:|} d");
        Assert.Equal("a b c d", markup.Source);
        Assert.Equal(
            [new("KVC1", new TextSpan(2, 3)), new("CS2", new TextSpan(4, 1)), new("KVC3", new TextSpan(5, 0))],
            markup.Marks.ToArray());
    }

    [Fact]
    public void Parse_NoMarks_IsTheText()
    {
        var markup = Markup.Parse("{ x | y }");
        Assert.Equal("{ x | y }", markup.Source);
        Assert.Empty(markup.Marks);
    }

    [Theory]
    [InlineData("{|KVC1:a", "KVC1 is not closed")]
    [InlineData("a|}", "closed at 1 was never opened")]
    [InlineData("{|a|}", "mark at 0 does not begin")]
    [InlineData("x{|:a|}", "mark at 1 does not begin")]
    [InlineData("{|KVC1", "mark at 0 does not begin")]
    public void Parse_BrokenMark_SaysWhere(string text, string message)
        => Assert.Contains(message, Assert.Throws<FormatException>(() => Markup.Parse(text)).Message);
}
