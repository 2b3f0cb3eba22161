using KvCompose.Runtime;

namespace KvCompose.Tests.Runtime;

public unsafe class SplitSoftmaxTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(16)]
    [InlineData(37)]
    public void Run_AnyNumberOfTokens_GivesPowersOfTwoBelowTheMaximumAndNextToNothingAfterTheLast(int tokens)
    {
        var random = new Random(tokens);
        int padded = (tokens + 15) / 16 * 16;
        float[] scores = new float[padded], given = new float[tokens];
        Array.Fill(scores, 1000f);
        for (int i = 0; i < tokens; i++)
        {
            given[i] = scores[i] = (random.NextSingle() * 40) - 20;
        }

        float maximum, sum;
        fixed (float* weights = scores)
        {
            SplitSoftmax.Run(weights, tokens, &maximum, &sum);
        }

        Assert.Equal(given.Max(), maximum);
        double total = 0;
        for (int i = 0; i < tokens; i++)
        {
            double expected = Math.Pow(2, (double)given[i] - maximum);
            Assert.Equal(expected, scores[i], 1e-6);
            total += expected;
        }

        Assert.Equal(total, sum, 1e-5 * total);
        // The exponential is clamped at the smallest normal number.
        Assert.All(scores[tokens..], static weight => Assert.InRange(weight, 0, MathF.Pow(2, -126)));
    }
}
