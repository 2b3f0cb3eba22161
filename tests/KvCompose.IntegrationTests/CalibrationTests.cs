using KvCompose.IntegrationTests.Oracle;
using KvCompose.IntegrationTests.Pipelines;
using KvCompose.Profiles;
using KvCompose.Reference;
using KvCompose.Reference.HeteroCache;

namespace KvCompose.IntegrationTests;

/// <summary>The profiling of a model against the plain transformer, whose attention is materialised.</summary>
public class CalibrationTests
{
    [Theory]
    [InlineData(1, 60, 9, 16)]
    [InlineData(3, 41, 4, 12)]
    [InlineData(2, 5, 1, 1000)]
    public void Run_AnyTexts_FindsWhatTheOracleFinds(int texts, int prompt, int continuation, int top)
    {
        using var model = new TestModel(3, 8, 4, 32, 50 + texts);
        CalibrationText[] read = [.. Enumerable.Range(0, texts).Select(i => new CalibrationText(model.Prompt(prompt + continuation, i), prompt))];
        var settings = new CalibrationSettings { TopTokens = top, StableThreshold = 0.4, SimilarityThreshold = 0.3 };
        HeadCalibrationResult found = HeadCalibration.Run(model.Transformer, read, settings);

        CalibrationStep[] steps = [.. Enumerable.Range(prompt, continuation + 1).Select(keys => OfOracle(model, read, keys, prompt, top))];
        Calibration expected = Calibration.Of(steps, 0.4, 0.3, prompt);
        Assert.Equal(expected.Profile.ToJson(), found.Profile.ToJson());
        for (int layer = 0; layer < 3; layer++)
        {
            Assert.Equal(expected.Layers[layer].Overlaps, found.Layers[layer].Overlaps);
            Assert.Equal(expected.Layers[layer].Similarity, found.Layers[layer].Similarity);
        }
    }

    [Fact]
    public void Run_TextsThatCannotBeCompared_SaysWhich()
    {
        using var model = new TestModel(1, 4, 2, 32, 60);
        var settings = new CalibrationSettings();
        Assert.Contains("text 1 has 31 tokens", Throws([Text(30, 20), Text(31, 20)]));
        Assert.Contains("text 1 has 30 tokens, 21 of them prompt", Throws([Text(30, 20), Text(30, 21)]));
        Assert.Contains("text 0 has 5 tokens and a prompt of 6", Throws([Text(5, 6)]));
        Assert.Contains("needs a text", Throws([]));
        Assert.Contains("token 1 of text 0 is 9999", Throws([new CalibrationText([1, 9999], 1)]));
        Assert.Throws<ContextExceededException>(() => HeadCalibration.Run(model.Transformer, [new CalibrationText(new int[4097], 1)], settings));
        Assert.Throws<ArgumentOutOfRangeException>(
            () => HeadCalibration.Run(model.Transformer, [Text(9, 8)], settings with { StableThreshold = double.NaN }));

        CalibrationText Text(int tokens, int prompt) => new(new int[tokens], prompt);
        string Throws(CalibrationText[] texts) => Assert.Throws<ArgumentException>(() => HeadCalibration.Run(model.Transformer, texts, settings)).Message;
    }

    [Fact]
    public void Run_Cancelled_Ends()
    {
        using var model = new TestModel(1, 4, 2, 32, 61);
        Assert.ThrowsAny<OperationCanceledException>(() => HeadCalibration.Run(
            model.Transformer, [new CalibrationText(model.Prompt(40, 1), 30)], new CalibrationSettings(), new CancellationToken(canceled: true)));
    }

    [Theory]
    [InlineData(1, 30, 3, 2)]
    [InlineData(2, 57, 0, 4)]
    [InlineData(1, 9, 8, 1)]
    public void Retrieval_AnyTexts_FindsWhatTheOracleFinds(int texts, int prompt, int start, int tokens)
    {
        using var model = new TestModel(2, 4, 2, 32, 70 + texts);
        RetrievalText[] read = [.. Enumerable.Range(0, texts).Select(i => new RetrievalText(model.Prompt(prompt, i), start, tokens))];
        double[][][] found = RetrievalCalibration.Run(model.Transformer, read);
        for (int text = 0; text < texts; text++)
        {
            int own = text;
            var expected = new double[2, 4];
            for (int step = 0; step < tokens; step++)
            {
                int keys = prompt + step;
                int[] seen = [.. read[text].Prompt, .. read[text].Prompt.AsSpan(start, step)];
                model.Oracle().Prefill(seen, new DelegateSelector((layer, _, queries, rotated) =>
                {
                    for (int queryHead = 0; queryHead < 4; queryHead++)
                    {
                        float[] keysOfHead = rotated[(queryHead / 2 * keys * 32)..(((queryHead / 2) + 1) * keys * 32)];
                        expected[layer, queryHead] += RetrievalScore.OfStep(Row(queries, queryHead, keysOfHead, keys, 32), start, tokens);
                    }

                    return new PlainChoice(null, null);
                }));
            }

            Assert.All(
                Enumerable.Range(0, 8), head => Assert.Equal(expected[head / 4, head % 4], found[head / 4][head % 4][own], 1e-4));
        }
    }

    [Theory]
    [InlineData(24, new[] { 8, 0, 8, 0 }, 0)]
    [InlineData(32, new[] { 0, 8, 0 }, 2)]
    [InlineData(40, new[] { 0, 0 }, 3)]
    public void Retrieval_WindowsBoundsAndOddHeads_FindsWhatTheOracleFinds(int headDim, int[] windows, double softCap)
    {
        const int prompt = 37, start = 5, tokens = 3;
        using var model = new TestModel(windows.Length, 4, 2, headDim, 80, windows: windows, softCap: softCap);
        var text = new RetrievalText(model.Prompt(prompt, 1), start, tokens);
        int layers = windows.Count(window => window == 0);
        double[][][] found = RetrievalCalibration.Run(model.Transformer, [text]);
        Assert.Equal(layers, found.Length);
        var expected = new double[layers, 4];
        for (int step = 0; step < tokens; step++)
        {
            int keys = prompt + step;
            int[] seen = [.. text.Prompt, .. text.Prompt.AsSpan(start, step)];
            model.Oracle().Prefill(seen, new DelegateSelector((layer, _, queries, rotated) =>
            {
                for (int queryHead = 0; queryHead < 4; queryHead++)
                {
                    expected[layer, queryHead] += RetrievalScore.OfStep(
                        Bounded(queries.AsSpan(((queryHead * keys) + keys - 1) * headDim, headDim), rotated.AsSpan(queryHead / 2 * keys * headDim), keys, softCap), start, tokens);
                }

                return new PlainChoice(null, null);
            }));
        }

        Assert.All(Enumerable.Range(0, layers * 4), head => Assert.Equal(expected[head / 4, head % 4], found[head / 4][head % 4][0], 1e-4));

        static float[] Bounded(ReadOnlySpan<float> query, ReadOnlySpan<float> keys, int count, double softCap)
        {
            var scores = new double[count];
            for (int token = 0; token < count; token++)
            {
                for (int i = 0; i < query.Length; i++)
                {
                    scores[token] += (double)query[i] * keys[(token * query.Length) + i] / Math.Sqrt(query.Length);
                }

                scores[token] = softCap > 0 ? softCap * Math.Tanh(scores[token] / softCap) : scores[token];
            }

            double sum = scores.Sum(Math.Exp);
            return [.. scores.Select(score => (float)(Math.Exp(score) / sum))];
        }
    }

    [Fact]
    public void Run_LayersWithWindows_ProfilesTheOthersAndASessionTakesIt()
    {
        using var model = new TestModel(4, 4, 2, 32, 81, sharpness: 1.2, windows: [8, 0, 8, 0]);
        var settings = new CalibrationSettings { TopTokens = 10, SimilarityThreshold = 1, StableThreshold = 0 };
        HeadCalibrationResult found = HeadCalibration.Run(model.Transformer, [new CalibrationText(model.Prompt(60, 1), 50)], settings);
        Assert.Equal((2, 2), (found.Profile.Layers, found.Profile.KeyValueHeads));
        using KvSession session = HeteroNextToken.Open(model, new() { Profile = found.Profile, HeadRole = new HeteroHeads { Ratio = 1 } });
        session.Prefill(model.Prompt(60, 2));
        Assert.Equal(60, session.Length());
    }

    [Fact]
    public void Run_EveryLayerWithAWindow_IsRefused()
    {
        using var model = new TestModel(2, 4, 2, 32, 82, windows: [8, 8]);
        UnsupportedLayerException problem = Assert.Throws<UnsupportedLayerException>(
            () => HeadCalibration.Run(model.Transformer, [new CalibrationText(model.Prompt(30, 1), 20)], new CalibrationSettings()));
        Assert.Contains("nothing to measure", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Retrieval_AnswersThatCannotBeFound_SaysWhich()
    {
        using var model = new TestModel(1, 4, 2, 32, 62);
        Assert.Contains("needs a text", Throws());
        Assert.Contains("the answer of text 1 is 3 tokens from 8, but its prompt has 10", Throws(new(new int[10], 8, 2), new(new int[10], 8, 3)));
        Assert.Contains("the answer of text 0 is 0 tokens", Throws(new RetrievalText(new int[10], 8, 0)));
        Assert.Contains("the answer of text 0 is 1 tokens from -1", Throws(new RetrievalText(new int[10], -1, 1)));
        Assert.Contains("token 1 of text 0 is -5", Throws(new RetrievalText([0, -5, 0], 0, 1)));
        Assert.Throws<ContextExceededException>(() => RetrievalCalibration.Run(model.Transformer, [new RetrievalText(new int[4096], 0, 2)]));

        string Throws(params RetrievalText[] texts)
            => Assert.Throws<ArgumentException>(() => RetrievalCalibration.Run(model.Transformer, texts)).Message;
    }

    /// <summary>The pass over the first <paramref name="keys"/> tokens, of which the last row counts.</summary>
    private static CalibrationStep OfOracle(TestModel model, CalibrationText[] texts, int keys, int prompt, int top)
    {
        HeadLayout heads = model.Plain.Heads;
        int[][][][] important = [.. Enumerable.Range(0, model.Plain.Layers)
            .Select(_ => Enumerable.Range(0, heads.KeyValueHeads).Select(_ => new int[texts.Length][]).ToArray())];
        for (int text = 0; text < texts.Length; text++)
        {
            int sequence = text;
            model.Oracle().Prefill(texts[text].Tokens.AsSpan(0, keys), new DelegateSelector((layer, _, queries, rotated) =>
            {
                for (int head = 0; head < heads.KeyValueHeads; head++)
                {
                    float[] own = rotated[(head * keys * heads.HeadDim)..((head + 1) * keys * heads.HeadDim)];
                    float[][] rows = [.. Enumerable.Range(head * heads.Group, heads.Group).Select(queryHead => Row(queries, queryHead, own, keys, heads.HeadDim))];
                    important[layer][head][sequence] = ImportantSet.Of(rows, prompt, top);
                }

                return new PlainChoice(null, null);
            }));
        }

        return new CalibrationStep(keys, important);
    }

    private static float[] Row(float[] queries, int queryHead, float[] keys, int count, int headDim)
    {
        double[,] probabilities = WindowAttention.Probabilities(
            queries.AsSpan(((queryHead * count) + count - 1) * headDim, headDim), keys, 1, count, headDim);
        return [.. Enumerable.Range(0, count).Select(token => (float)probabilities[0, token])];
    }
}
