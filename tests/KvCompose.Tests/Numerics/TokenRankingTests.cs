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

    [Fact]
    public void Least_OfScoresWithTiesAndNaN_IsTheLastInRank()
    {
        var random = new Random(5);
        for (int trial = 0; trial < 400; trial++)
        {
            float[] scores = [.. Enumerable.Range(0, random.Next(1, 70)).Select(_ => Score(random, 6))];
            var ranks = new int[scores.Length];
            int least;
            fixed (float* pointer = scores)
            fixed (int* rank = ranks)
            {
                TokenRanking.Rank(pointer, 0, scores.Length, scores.Length, rank);
                least = TokenRanking.Least(pointer, scores.Length);
            }

            // A rank without the difference between NaN and −∞, which Least sees.
            Assert.True(least == ranks[^1] || (float.IsNaN(scores[least]) && scores[ranks[^1]] == float.NegativeInfinity));
        }
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
