namespace KvCompose.Evaluation.Tests.Scores;

public class ScoreTests
{
    [Theory]
    [InlineData("The numbers are 12 and 34.", 1)]
    [InlineData("only 12", 0.5)]
    [InlineData("nothing", 0)]
    public void All_Answer_ScoresTheShareOfReferencesInIt(string prediction, double score) => Assert.Equal(score, StringMatch.All(prediction, ["12", "34"]));

    [Theory]
    [InlineData("nothing", 0)]
    [InlineData("or 34", 1)]
    public void Any_Answer_ScoresWhetherOneReferenceIsInIt(string prediction, double score) => Assert.Equal(score, StringMatch.Any(prediction, ["12", "34"]));

    [Fact]
    public void All_OtherCase_IsTheSame() => Assert.Equal(1, StringMatch.All("APPLE", ["apple"]));

    [Theory]
    [InlineData("  a b \n", "a b")]
    [InlineData("a\tb\u0001c", "a\nb\nc")]
    public void Clean_ControlCharacters_BecomeLineFeeds(string prediction, string clean) => Assert.Equal(clean, StringMatch.Clean(prediction));

    [Fact]
    public void All_NoReferences_IsRefused() => Assert.Throws<ArgumentOutOfRangeException>(() => StringMatch.All("a", []));

    [Fact]
    public void MacroMean_Tasks_CountTheSameWhateverTheirAnswers()
    {
        double first = MacroMean.OfTask([1, 0, 0]), second = MacroMean.OfTask([1]);
        Assert.Equal((33.33, 100), (first, second));
        Assert.Equal(66.66, MacroMean.OfTasks([first, second]), 2);
    }

    [Fact]
    public void Divergence_OfHandWorkedDistributions_IsRight()
    {
        // p = (1/2, 1/2), q = (3/4, 1/4): ½·ln(2/3) + ½·ln 2 = ½·ln(4/3).
        float[] p = [1, 1], q = [MathF.Log(3), 0];
        Assert.Equal(0.5 * Math.Log(4.0 / 3), KullbackLeibler.Divergence(p, q), 6);
        Assert.Equal(0, KullbackLeibler.Divergence(q, q), 12);
        Assert.Throws<ArgumentOutOfRangeException>(() => KullbackLeibler.Divergence(p, [1f]));
    }
}
