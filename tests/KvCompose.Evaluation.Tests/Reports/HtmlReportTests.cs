using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using KvCompose.Evaluation.Tests.Support;

namespace KvCompose.Evaluation.Tests.Reports;

public class HtmlReportTests
{
    [Fact]
    public void Write_SameResults_GivesTheSamePageThatNeedsNothingElse()
    {
        string page = Page(SomeCells.Table());
        Assert.Equal(page, Page(SomeCells.Table()));
        Assert.DoesNotMatch("(src|href)=|url\\(|@import|<script", page);
    }

    [Fact]
    public void Write_EveryPicture_HasATitleAndIsWellFormed()
    {
        MatchCollection pictures = Regex.Matches(Page(SomeCells.Table()), "<svg class=.*?</svg>", RegexOptions.Singleline);
        Assert.Equal(1 + 2 + 2 + 1, pictures.Count); // Pareto front, depth maps, budget maps, step times.
        Assert.All(pictures, picture => Assert.NotEmpty(XElement.Parse(picture.Value).Element("title")!.Value));
    }

    [Fact]
    public void Write_EveryPicture_HasItsFiguresAsATable()
    {
        string page = Page(SomeCells.Table());
        Assert.Equal(Regex.Count(page, "<svg class="), Regex.Count(page, ", as a table</summary>"));
    }

    [Fact]
    public void Write_Names_AreEscaped()
    {
        CellResult[] cells = [.. SomeCells.Table(), SomeCells.Cell("<script>alert('x')</script>", [1, 1, 1])];
        string page = Page(cells);
        Assert.DoesNotContain("<script", page, StringComparison.Ordinal);
        Assert.Contains("&lt;script&gt;alert(&#39;x&#39;)", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_Table_KeepsWhatLoses()
    {
        CellResult slow = SomeCells.Cell("Slow", [0, 0, 0], length: 400, bytes: 4000, perTokenMs: 40);
        Assert.Matches("<th scope=\"row\">Slow</th>(?s:.*?)<td>never</td>", Page([.. SomeCells.Table(), slow]));
    }

    [Fact]
    public void Write_ManyPipelines_EachHasAColourAndShapeOfItsOwn()
    {
        CellResult[] cells = [.. Enumerable.Range(0, 40).Select(i => SomeCells.Cell($"Pipeline{i}", [1, 0, 1]))];
        string legend = Regex.Match(Page([.. SomeCells.Table(), .. cells]), "<ul class=\"legend\">.*?</ul>", RegexOptions.Singleline).Value;
        string[] markers = [.. Regex.Matches(legend, "<path class=\"marker s\\d+\" d=\"[^\"]*\"").Select(marker => marker.Value)];
        Assert.Equal(42, markers.Distinct().Count());
        Assert.Single(markers, marker => marker.Contains("marker s0\"", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(4.5, new[] { "0", "1", "2", "3", "4" })]
    [InlineData(0.62, new[] { "0", "0.2", "0.4", "0.6" })]
    [InlineData(11, new[] { "0", "2.5", "5", "7.5", "10" })]
    public void Write_TimesOfSteps_HaveRoundMarks(double perTokenMs, string[] marks)
    {
        string page = Page([SomeCells.Cell("Some", [1], perTokenMs: perTokenMs)]);
        string picture = Regex.Matches(page, "<svg class=\"plot\".*?</svg>", RegexOptions.Singleline)[^1].Value;
        Assert.Equal(marks, Regex.Matches(picture, "<text class=\"tick end\".*?>(.*?)</text>").Select(mark => mark.Groups[1].Value));
    }

    [Fact]
    public void Write_Verdict_StandsFirstAndNamesWhatLoses()
    {
        CellResult[] cells = [.. SomeCells.Table(), SomeCells.Cell("Fine", [1, 1, 1]), SomeCells.Cell("Fine", [1, 1, 1], length: 400, bytes: 5000)];
        string page = Page(cells);
        int verdict = page.IndexOf("<h2>Verdict</h2>", StringComparison.Ordinal);
        Assert.InRange(verdict, 0, page.IndexOf("<dl>", StringComparison.Ordinal));
        string text = Regex.Replace(page[verdict..page.IndexOf("</ul>", verdict, StringComparison.Ordinal)], "\\s+", " ");
        Assert.Contains("(n = 6 questions)", text, StringComparison.Ordinal);
        Assert.Contains("less accurate than Full: Some.", text, StringComparison.Ordinal);
        Assert.Contains("No loss shown: Fine. Smallest of these: Fine with 5.4 KiB of 31.7 KiB.", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_Origin_IsShownAndEscaped()
    {
        using var stream = new MemoryStream();
        var origin = new ReportOrigin(new DateTimeOffset(2026, 5, 4, 3, 2, 0, TimeSpan.Zero), "A & B", "1.2.3", "samples/Evaluate --essay <x>");
        HtmlReport.Write(stream, EvaluationSummary.Of(SomeCells.Setting, SomeCells.Table(), 0), SomeCells.Table(), origin);
        string page = Encoding.UTF8.GetString(stream.ToArray());
        Assert.All(
            (string[])["2026-05-04 03:02", "A &amp; B", "1.2.3", "--essay &lt;x&gt;"],
            text => Assert.Contains(text, page, StringComparison.Ordinal));
    }

    [Fact]
    public void Write_NoCells_IsAPageAllTheSame() => Assert.Contains("</html>", Page([]), StringComparison.Ordinal);

    private static string Page(CellResult[] cells)
    {
        using var stream = new MemoryStream();
        HtmlReport.Write(stream, EvaluationSummary.Of(SomeCells.Setting, cells, 0), cells);
        return Encoding.UTF8.GetString(stream.ToArray());
    }
}
