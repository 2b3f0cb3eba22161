using KvCompose.Models.Sampling;

namespace KvCompose.Models.Tests.Sampling;

public class SamplerTests
{
    [Fact]
    public void Next_AnyOptions_DrawsOnlyWhatThePlainChainKeeps()
    {
        var random = new Random(7);
        for (int round = 0; round < 400; round++)
        {
            float[] logits = [.. Enumerable.Range(0, random.Next(1, 60)).Select(_ => random.Next(6) == 0 ? 1f : (float)(random.NextDouble() * 8 - 4))];
            var options = new SamplingOptions
            {
                Temperature = 0.25f + random.Next(8) / 4f,
                TopK = random.Next(12),
                TopP = random.Next(3) == 0 ? 1 : (float)random.NextDouble(),
                MinP = random.Next(3) == 0 ? 0 : (float)random.NextDouble() / 3,
                TypicalP = random.Next(3) == 0 ? 1 : (float)random.NextDouble(),
                Seed = (ulong)round,
            };
            Dictionary<int, double> kept = PlainChain.Probabilities(logits, options);
            var sampler = new Sampler(options, logits.Length);
            for (int draw = 0; draw < 20; draw++)
            {
                Assert.Contains(sampler.Next(logits).Id, kept.Keys);
            }
        }
    }

    [Fact]
    public void Next_ManyDraws_HaveTheChainsFrequencies()
    {
        float[] logits = [1.5f, 0.5f, -1, 1.2f, 0, -3, 0.9f, 1.5f];
        var options = new SamplingOptions { Temperature = 0.8f, TopK = 6, TopP = 0.95f, MinP = 0.05f, Seed = 11 };
        Dictionary<int, double> expected = PlainChain.Probabilities(logits, options);
        const int draws = 40_000;
        var counts = new int[logits.Length];
        var sampler = new Sampler(options, logits.Length);
        for (int i = 0; i < draws; i++)
        {
            counts[sampler.Next(logits).Id]++;
        }

        for (int id = 0; id < counts.Length; id++)
        {
            double p = expected.GetValueOrDefault(id);
            Assert.InRange(counts[id], draws * p - 5 * Math.Sqrt(draws * p * (1 - p)), draws * p + 5 * Math.Sqrt(draws * p * (1 - p)));
        }
    }

    [Theory]
    [InlineData(0, 1f, 0f, 1f)]
    [InlineData(0, 1e-8f, 0f, 1f)]
    [InlineData(0, 0f, 1f, 0f)]
    [InlineData(1, 0f, 1f, 1f)]
    public void Next_NarrowestFilters_LeaveTheBestToken(int topK, float topP, float minP, float typicalP)
    {
        float[] logits = [-1, 3, 0, 2];
        var sampler = new Sampler(new SamplingOptions { TopK = topK, TopP = topP, MinP = minP, TypicalP = typicalP, Temperature = 0.01f, Seed = 1 }, 4);
        Assert.Equal(1, sampler.Next(logits).Id);
    }

    [Fact]
    public void Next_Greedy_TakesTheBestAndTheFirstOfEquals() =>
        Assert.Equal(1, new Sampler(new SamplingOptions { Temperature = 0 }, 4).Next([0, 2, 2, 1]).Id);

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void Next_BadLogit_IsRefusedByName(float bad)
    {
        var sampler = new Sampler(new SamplingOptions { Temperature = 0 }, 3);
        Assert.Contains("token 1", Assert.Throws<InvalidOperationException>(() => sampler.Next([0, bad, 1])).Message);
    }

    [Fact]
    public void Next_NothingLeft_IsRefused()
    {
        var bias = new Dictionary<int, float> { [0] = float.NegativeInfinity, [1] = float.NegativeInfinity };
        var sampler = new Sampler(new SamplingOptions { LogitBias = bias }, 2);
        Assert.Throws<InvalidOperationException>(() => sampler.Next([0, 1]));
    }

    [Fact]
    public void Next_Penalties_FollowTheirFormulas()
    {
        var options = new SamplingOptions { Temperature = 0, RepetitionPenalty = 2, FrequencyPenalty = 0.5f, PresencePenalty = 0.25f };
        Assert.Equal(1, new Sampler(options, 2, [0]).Next([1.9f, 1]).Id); // 0.95 < 1
        Assert.Equal(0, new Sampler(options, 2, [0]).Next([2.1f, 1]).Id); // 1.05 > 1
        Assert.Equal(1, new Sampler(options, 2, [0]).Next([-0.6f, -1]).Id); // -1.2 < -1
        var sampler = new Sampler(options with { RepetitionPenalty = 1 }, 2);
        sampler.Accept(0);
        sampler.Accept(0);
        Assert.Equal(0, sampler.Next([1.3f, 0]).Id); // 1.3 - 2 * 0.5 - 0.25 = 0.05, and now three times
        Assert.Equal(1, sampler.Next([1.7f, 0]).Id); // 1.7 - 3 * 0.5 - 0.25 < 0
    }

    [Fact]
    public void Next_LogProbabilities_AreTheModelsOwn()
    {
        float[] logits = [1, 3, 2, -1];
        double sum = logits.Sum(logit => Math.Exp(logit));
        var sampler = new Sampler(new SamplingOptions { Temperature = 0, Alternatives = 3, LogitBias = new Dictionary<int, float> { [3] = 100 } }, 4);
        SampledToken token = sampler.Next(logits);
        Assert.Equal(3, token.Id);
        Assert.Equal(Math.Log(Math.Exp(-1) / sum), token.LogProbability, 5);
        Assert.Equal([1, 2, 0], sampler.Alternatives.ToArray().Select(item => item.Id));
        Assert.Equal(Math.Log(Math.Exp(3) / sum), sampler.Alternatives[0].LogProbability, 5);
    }

    [Fact]
    public void Next_EqualSeeds_GiveEqualTokens_WhateverOthersDraw()
    {
        float[] logits = [.. Enumerable.Range(0, 50).Select(i => i % 7 / 3f)];
        var alone = new Sampler(new SamplingOptions { Seed = 5 }, 50);
        var beside = new Sampler(new SamplingOptions { Seed = 5 }, 50);
        var other = new Sampler(new SamplingOptions(), 50);
        for (int i = 0; i < 100; i++)
        {
            int expected = alone.Next(logits).Id;
            other.Next(logits);
            Assert.Equal(expected, beside.Next(logits).Id);
        }
    }

    [Fact]
    public void Next_WarmedUp_AllocatesNothing()
    {
        float[] logits = [.. Enumerable.Range(0, 5000).Select(i => i * 37 % 101 / 20f)];
        var options = new SamplingOptions { TopK = 400, TopP = 0.9f, MinP = 0.01f, TypicalP = 0.9f, RepetitionPenalty = 1.1f, Alternatives = 5, Seed = 1 };
        var sampler = new Sampler(options, logits.Length);
        for (int i = 0; i < 50; i++)
        {
            sampler.Next(logits);
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 50; i++)
        {
            sampler.Next(logits);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void Validate_EachRange_IsNamed()
    {
        Assert.Contains("Temperature", Assert.Throws<ArgumentException>(() => new SamplingOptions { Temperature = float.NaN }.Validate(5)).Message);
        Assert.Contains("TopP", Assert.Throws<ArgumentException>(() => new SamplingOptions { TopP = 1.5f }.Validate(5)).Message);
        Assert.Contains("LogitBias", Assert.Throws<ArgumentException>(() => new SamplingOptions { LogitBias = new Dictionary<int, float> { [5] = 0 } }.Validate(5)).Message);
    }
}
