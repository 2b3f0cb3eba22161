using KvCompose.Profiles;
using KvCompose.Reference.HeteroCache;
using RetrievalScore = KvCompose.Reference.RetrievalScore;

namespace KvCompose.Tests.Profiles;

/// <summary>What a calibration run computes from probabilities, against the plain reference.</summary>
public class HeadClassificationTests
{
    [Fact]
    public void Of_RandomProbabilities_EqualsTheReference()
    {
        for (int seed = 0; seed < 60; seed++)
        {
            var random = new Random(seed);
            int layers = random.Next(1, 4), heads = random.Next(1, 7), group = random.Next(1, 4), texts = random.Next(1, 4), steps = random.Next(1, 6);
            int prompt = random.Next(1, 90), top = random.Next(1, 30), compared = random.Next(steps);
            var settings = new CalibrationSettings { TopTokens = top, StableThreshold = random.NextDouble(), SimilarityThreshold = random.NextDouble() };
            var important = new ImportantTokens[steps][][][];
            var plain = new CalibrationStep[steps];
            for (int step = 0; step < steps; step++)
            {
                // Every step, layer and head looks at the same few places with some noise, so that heads are alike in some cases.
                float[][][][][] rows = [.. Enumerable.Range(0, layers).Select(_ => Enumerable.Range(0, heads).Select(_ => Enumerable.Range(0, texts)
                    .Select(_ => Enumerable.Range(0, group).Select(_ => Row(random, prompt + step)).ToArray()).ToArray()).ToArray())];
                important[step] = [.. rows.Select(layer => layer.Select(head => head.Select(text => ImportantTokens.Of(text, prompt, top)).ToArray()).ToArray())];
                plain[step] = new CalibrationStep(
                    prompt + step, [.. rows.Select(layer => layer.Select(head => head.Select(text => ImportantSet.Of(text, prompt, top)).ToArray()).ToArray())]);
            }

            Calibration expected = Calibration.Of(plain, settings.StableThreshold, settings.SimilarityThreshold, prompt + compared);
            HeadCalibrationResult found = HeadClassification.Of(important, settings, compared);
            Assert.Equal(expected.Profile.ToJson(), found.Profile.ToJson());
            for (int layer = 0; layer < layers; layer++)
            {
                Assert.Equal(expected.Layers[layer].Overlaps, found.Layers[layer].Overlaps);
                Assert.Equal(expected.Layers[layer].Stability, found.Layers[layer].Stability);
                Assert.Equal(expected.Layers[layer].Similarity, found.Layers[layer].Similarity);
            }
        }
    }

    [Fact]
    public void RetrievalShare_RandomSteps_EqualsTheReference()
    {
        for (int seed = 0; seed < 200; seed++)
        {
            var random = new Random(seed);
            int seen = random.Next(1, 300), tokens = random.Next(1, Math.Min(seen, 20) + 1), start = random.Next(0, seen - tokens + 1);
            float[] row = Row(random, seen);
            Assert.Equal(RetrievalScore.OfStep(row, start, tokens), RetrievalShare.OfStep(row, start, tokens));
        }
    }

    private static float[] Row(Random random, int count)
        => [.. Enumerable.Range(0, count).Select(token => random.Next(3) == 0 ? 0.25f : (float)random.NextDouble() * (token % 7 == 0 ? 1 : 0.1f))];
}
