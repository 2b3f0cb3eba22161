using KvCompose.Evaluation.Tests.Support;

namespace KvCompose.Evaluation.Tests.Tasks;

public class EssayTextTests
{
    [Fact]
    public void Essay_OfOnesOwn_IsWhatNeedlesAreHiddenIn()
    {
        var essay = new EssayText("One two\n three. Four five?  Six.");
        RulerNiah task = RulerNiah.All(essay).Single(niah => niah.Name == "niah_single_2");
        string context = Texts.Some(task, 300, 1)[0].Context;
        Assert.Contains("One two three. Four five? Six. One two three.", context.Replace(Needle(context), "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" \n ")]
    public void Constructor_NoWords_IsRefused(string text) => Assert.Throws<ArgumentException>(() => new EssayText(text));

    private static string Needle(string context)
    {
        int start = context.IndexOf("One of the special", StringComparison.Ordinal);
        return context[start..(context.IndexOf('.', start) + 2)];
    }
}
