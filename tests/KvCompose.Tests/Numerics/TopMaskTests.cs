using KvCompose.Memory;
using KvCompose.Numerics;

namespace KvCompose.Tests.Numerics;

public sealed unsafe class TopMaskTests
{
    [Theory]
    [InlineData(1, 0, 1, 1)]
    [InlineData(100, 0, 100, 0)]
    [InlineData(100, 0, 100, 100)]
    [InlineData(100, 17, 83, 30)]
    [InlineData(1000, 0, 1000, 1)]
    [InlineData(1000, 3, 997, 500)]
    [InlineData(4097, 0, 4097, 1300)]
    public void Mark_RandomScores_MarksWhatASortChooses(int tokens, int first, int last, int count)
    {
        for (int seed = 0; seed < 20; seed++)
        {
            var random = new Random(seed);
            Assert.Equal(
                Expected([.. Scores(random, tokens, seed)], first, last, count),
                Marked([.. Scores(new Random(seed), tokens, seed)], first, last, count));
        }
    }

    [Fact]
    public void Mark_ScoresThatAreNotAboveZero_CountAsZero()
    {
        float[] scores = [-1, float.NaN, 0, -0f, float.NegativeInfinity, 1e-38f, float.PositiveInfinity, float.MaxValue];
        Assert.Equal([5, 6, 7], Marked(scores, 0, 8, 3));
        Assert.Equal([6], Marked(scores, 0, 8, 1));
        Assert.Equal([0, 1, 5, 6, 7], Marked(scores, 0, 8, 5));
    }

    [Fact]
    public void Mark_MoreThanThereAre_Throws()
        => Assert.Throws<ArgumentOutOfRangeException>(() => Marked([1, 2, 3], 1, 3, 3));

    [Fact]
    public void Common_CountsBitsOfBoth() => Assert.Equal(3, TopMask.Common([0b1011, 1UL << 63], [0b0011, ulong.MaxValue]));

    /// <summary>Softmax-like values over many orders of magnitude, by the seed with many ties.</summary>
    private static IEnumerable<float> Scores(Random random, int tokens, int seed) => Enumerable.Range(0, tokens).Select(_ => (seed % 3) switch
    {
        0 => MathF.Exp(20 * (random.NextSingle() - 1)),
        1 => random.Next(4) / 8f,
        _ => 0.001f + (random.NextSingle() * 1e-7f),
    });

    private static int[] Expected(float[] scores, int first, int last, int count) => [.. Enumerable.Range(first, last - first)
        .OrderByDescending(token => scores[token]).ThenBy(token => token).Take(count).Order()];

    private static int[] Marked(float[] scores, int first, int last, int count)
    {
        int tokens = scores.Length;
        using var padded = new NativeFloats(tokens + 16);
        using var scratch = new NativeFloats(TopMask.ScratchWords(tokens));
        scores.CopyTo(new Span<float>(padded.Pointer, tokens));
        var mask = new ulong[TopMask.Words(tokens)];
        TopMask.Mark(padded.Pointer, first, last, count, mask, (int*)scratch.Pointer);
        return [.. Enumerable.Range(0, tokens).Where(token => (mask[token / 64] >> (token % 64) & 1) != 0)];
    }
}
