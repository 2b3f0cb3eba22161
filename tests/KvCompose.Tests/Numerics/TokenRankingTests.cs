using KvCompose.Numerics;
using KvCompose.Reference;

namespace KvCompose.Tests.Numerics;

public unsafe class TokenRankingTests
{
    [Theory]
    [InlineData(1, 1_000)]
    [InlineData(2, 3)]
    [InlineData(3, 40)]
    public void ChooseAndRank_RandomScoresWithTies_EqualTheReference(int seed, int levels)
    {
        var random = new Random(seed);
        for (int round = 0; round < 200; round++)
        {
            int tokens = random.Next(1, 300), first = random.Next(tokens), last = random.Next(first, tokens + 1);
            float[] scores = [.. Enumerable.Range(0, tokens).Select(_ => Score(random, levels))];
            int count = random.Next(last - first + 1);
            int[] best = [.. Ranking.Top([.. scores[first..last].Select(score => (double)score)], count).Select(index => index + first)];
            int[] chosen = new int[count + 1], ranked = new int[count + 1];
            fixed (float* pointer = scores)
            {
                fixed (int* chosenPointer = chosen, rankedPointer = ranked)
                {
                    TokenRanking.Choose(pointer, first, last, count, chosenPointer);
                    TokenRanking.Rank(pointer, first, last, count, rankedPointer);
                }
            }

            Assert.Equal(best.Order(), chosen[..count]);
            Assert.Equal(best, ranked[..count]);
        }
    }

    [Fact]
    public void Choose_MoreThanThereAre_Throws()
    {
        float score = 1;
        int chosen = 0;
        ArgumentOutOfRangeException? error = null;
        try
        {
            TokenRanking.Choose(&score, 0, 1, 2, &chosen);
        }
        catch (ArgumentOutOfRangeException caught)
        {
            error = caught;
        }

        Assert.NotNull(error);
    }

    private static float Score(Random random, int levels) => random.Next(40) switch
    {
        0 => float.NaN,
        1 => float.NegativeInfinity,
        2 => float.PositiveInfinity,
        3 => -0f,
        4 => 0f,
        _ => (random.Next(levels) - (levels / 2)) / 7f,
    };
}
