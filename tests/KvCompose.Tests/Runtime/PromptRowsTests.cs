using KvCompose.Runtime;

namespace KvCompose.Tests.Runtime;

public unsafe class PromptRowsTests
{
    [Fact]
    public void SumHeads_RowsWithGaps_SumsEachTokenOverTheHeads()
    {
        float[] scores = [1, 2, 3, 90, 10, 20, 30, 91, 100, 200, 300, 92];
        float[] sums = [0, 0, -7];
        fixed (float* source = scores, target = sums)
        {
            PromptRows.SumHeads(source, heads: 3, stride: 4, tokens: 2, target);
        }

        Assert.Equal([111f, 222f, -7f], sums);
    }

    [Fact]
    public void Gather_AscendingRows_MovesStatesAndPositionsToTheFront()
    {
        float[] states = [0, 0.5f, 1, 1.5f, 2, 2.5f, 3, 3.5f];
        int[] positions = [10, 11, 12, 13], rows = [0, 2, 3];
        fixed (int* chosen = rows)
        fixed (float* moved = states)
        {
            PromptRows.Gather(chosen, 3, width: 2, moved);
            PromptRows.Gather(chosen, 3, positions);
        }

        Assert.Equal([0, 0.5f, 2, 2.5f, 3, 3.5f], states[..6]);
        Assert.Equal([10, 12, 13], positions[..3]);
    }

    [Fact]
    public void Last_SomeRows_AreTheLastOnesAscending() => Assert.Equal([5, 6, 7], PromptRows.Last(tokens: 8, rows: 3));

    [Fact]
    public void LeftOut_RowsInAnyOrder_AreTheOthersAscending()
    {
        int[] kept = [4, 0, 2];
        fixed (int* rows = kept)
        {
            Assert.Equal([1, 3, 5], PromptRows.LeftOut(rows, 3, tokens: 6));
            Assert.Equal([0, 1], PromptRows.LeftOut(rows, 0, tokens: 2));
        }
    }

    [Theory]
    [InlineData(2, 33d)]
    [InlineData(-1, 0d)]
    public void Total_FirstTokensOfEveryRow_AreSummed(int tokens, double expected)
    {
        float[] statistic = [1, 2, 50, 10, 20, 60];
        fixed (float* rows = statistic)
        {
            Assert.Equal(expected, PromptRows.Total(rows, rows: 2, stride: 3, tokens));
        }
    }
}
