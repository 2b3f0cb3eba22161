using System.Text;
using KvCompose.Models.Sampling;

namespace KvCompose.Models.Tests.Sampling;

public class AnswerStreamTests
{
    [Theory]
    [InlineData("abcDEFGHIJxyz", "abc", true)]
    [InlineData("abDEFGDEFGHIJ", "abDEFG", true)]
    [InlineData("abcDEFGHI", "abcDEFGHI", false)]
    [InlineData("a\u00e9\u20ac\ud83d\ude00DEFGHIJ", "a\u00e9\u20ac\ud83d\ude00", true)]
    [InlineData("DEFGHIJ", "", true)]
    public void Add_EveryCut_GivesTheSameText(string text, string expected, bool stopped)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        for (int first = 0; first <= bytes.Length; first++)
        {
            for (int second = first; second <= bytes.Length; second++)
            {
                byte[][] tokens = [bytes[..first], bytes[first..second], bytes[second..]];
                var stream = new AnswerStream(token => tokens[token], new StopConditions { Strings = ["DEFGHIJ", "QQ"] });
                var answer = new StringBuilder();
                for (int token = 0; token < 3 && stream.Finish == FinishReason.None; token++)
                {
                    string piece = stream.Add(token);
                    Assert.DoesNotContain('\ufffd', piece);
                    Assert.True(piece.Length == 0 || !char.IsHighSurrogate(piece[^1]));
                    answer.Append(piece);
                }

                answer.Append(stream.Complete());
                Assert.Equal(expected, answer.ToString());
                Assert.Equal(stopped ? FinishReason.StopString : FinishReason.Length, stream.Finish);
            }
        }
    }

    [Fact]
    public void Add_EndToken_GivesWhatWasHeld()
    {
        var stream = new AnswerStream(token => token == 0 ? "abDE"u8 : default, new StopConditions { Strings = ["DEF"], Tokens = new HashSet<int> { 9 } });
        Assert.Equal("ab", stream.Add(0));
        Assert.Equal("DE", stream.Add(9));
        Assert.Equal((FinishReason.EndToken, 1), (stream.Finish, stream.Tokens));
        Assert.Throws<InvalidOperationException>(() => stream.Add(0));
    }

    [Fact]
    public void Add_TwoStops_TheFirstToEndWins_HoweverItIsCut()
    {
        var whole = new AnswerStream(_ => "xabcy"u8, new StopConditions { Strings = ["abc", "b"] });
        Assert.Equal("xa", whole.Add(0));
        Assert.Equal("b", whole.StoppedBy);
    }

    [Fact]
    public void Add_MostTokens_EndsAndLosesNothing()
    {
        var stream = new AnswerStream(_ => [0xE2, 0x82], new StopConditions { MaxTokens = 1 });
        Assert.Equal("\ufffd", stream.Add(0));
        Assert.Equal(FinishReason.Length, stream.Finish);
    }

    [Fact]
    public void New_EmptyStop_IsRefused() =>
        Assert.Throws<ArgumentException>(() => new AnswerStream(_ => default, new StopConditions { Strings = [""] }));
}
