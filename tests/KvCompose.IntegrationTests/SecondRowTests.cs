using KvCompose.IntegrationTests.Oracle;
using KvCompose.IntegrationTests.Pipelines;
using KvCompose.Reference;
using KvCompose.Reference.Presses;
using KvCompose.Reference.Presses.Scoring;
using KvCompose.Threading;

namespace KvCompose.IntegrationTests;

/// <summary>Selections of the second row, emitted, against the scorers of the reference: two sequences of a batch, a prompt and sixty decode steps.</summary>
public class SecondRowTests
{
    private const int Budget = 40;
    private const int Steps = 60;

    private static readonly int[] PromptTokens = [150, 37];

    private static readonly Dictionary<string, SecondRowCase> Cases = new(StringComparer.Ordinal)
    {
        ["KeyNorm"] = new(static model => ShortKeyReader.Open(model, new() { Sequences = 2 }), new KnormScore(), 4, 8)
        {
            Retention = static head => [.. head.Keys.Select(static key => -Numbers.Norm(key))],
        },
        ["KeyDiff"] = new(static model => RareKeyReader.Open(model, new() { Sequences = 2 }), new KeyDiffScore(), 4, 8) { Retention = Unlikeness },
        ["LagKv"] = new(static model => LagReader.Open(model, new() { Sequences = 2 }), new LagKvScore(4, 16), 4, 0),
        ["Tova"] = new(static model => TovaReader.Open(model, new() { Sequences = 2 }), new TovaScore(), 0, 1)
        {
            Retention = static head => Numbers.Mean(head.LayerProbabilities),
        },
        ["ObservedAttention"] = new(static model => ObservedReader.Open(model, new() { Sequences = 2 }), new ObservedAttentionScore(), 0, 0),
        ["ExpectedAttention"] = new(static model => ExpectingReader.Open(model, new() { Sequences = 2 }), new ExpectedAttentionScore(64), 4, 0),
        ["Compactor"] = new(static model => CompactReader.Open(model, new() { Sequences = 2 }), new CompactorScore(Chunk: 24, Blending: 0.75), 8, 4),
        ["DropKv"] = new(static model => DropReader.Open(model, new() { Sequences = 2 }), new DropScore(8, 7), 0, 8),
    };

    public static TheoryData<string> Names => [.. Cases.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void PromptAndSixtySteps_OfABatch_EqualTheReference(string name)
    {
        using var model = new TestModel(2, 4, 2, 32, 90, sharpness: 1.2);
        SecondRowCase method = Cases[name];
        using KvSession session = method.Open(model);
        var plain = new PlainTransformer[PromptTokens.Length];
        var oracle = new SecondRowOracle(method, model.Plain, Budget);
        for (int sequence = 0; sequence < plain.Length; sequence++)
        {
            plain[sequence] = model.Oracle();
            int[] prompt = model.Prompt(PromptTokens[sequence], sequence);
            OracleAssert.Close(Prefill(plain[sequence], prompt, oracle, session, sequence), session.Logits(sequence), 1e-4);
            Holds(model, plain[sequence], session, sequence);
        }

        for (int step = 0; step < Steps; step++)
        {
            int[] tokens = [(step * 7) % model.Plain.Vocabulary, ((step * 11) + 3) % model.Plain.Vocabulary];
            session.Step(tokens);
            for (int sequence = 0; sequence < plain.Length; sequence++)
            {
                double[] expected = plain[sequence].Decode(tokens[sequence], PromptTokens[sequence] + step, method.Retention is null ? null : oracle);
                OracleAssert.Close(expected, session.Logits(sequence), 1e-4);
                Holds(model, plain[sequence], session, sequence);
            }
        }
    }

    [Fact]
    public void Open_OverAModelThatDoesNotRotateKeys_IsRefused()
    {
        using var model = new TestModel(2, 4, 2, 32, 91) { Shifts = false };
        NotSupportedException refused = Assert.Throws<NotSupportedException>(() => ExpectingReader.Open(model));
        Assert.Contains("'ExpectingReader' observes ExpectedAttention", refused.Message, StringComparison.Ordinal);
        Assert.Throws<NotSupportedException>(() => CompactReader.Open(model));
    }

    [Fact]
    public void Open_OverAModelThatKeepsItsOutputProjectionToItself_IsRefused()
    {
        using var workers = new WorkerPool(1);
        var model = new QuietModel(new TransformerShape(2, 4, 2, 32, 24, 100, 256), workers);
        NotSupportedException refused = Assert.Throws<NotSupportedException>(() => CriticalReader.Open(model));
        Assert.Contains("'CriticalReader' observes OutputNorm", refused.Message, StringComparison.Ordinal);
    }

    private static double[] Prefill(PlainTransformer plain, int[] prompt, SecondRowOracle oracle, KvSession session, int sequence)
    {
        double[] expected = plain.Prefill(prompt, oracle);
        session.Prefill(sequence, prompt);
        return expected;
    }

    private static void Holds(TestModel model, PlainTransformer plain, KvSession session, int sequence)
    {
        for (int layer = 0; layer < model.Plain.Layers; layer++)
        {
            for (int head = 0; head < model.Plain.Heads.KeyValueHeads; head++)
            {
                Assert.Equal(plain.CachedPositions(layer, head).Order(), session.Positions(layer, head, sequence).Order());
            }
        }
    }

    private static double[] Unlikeness(PlainHead head)
    {
        double[] anchor = Numbers.Mean([.. head.Keys.Select(static key => key.Select(x => x / Numbers.Norm(key)).ToArray())]);
        return [.. head.Keys.Select(key => -Numbers.Cosine(key, anchor))];
    }
}

/// <summary>A method by its reference.</summary>
/// <param name="Open">Opens a session of two sequences.</param>
/// <param name="Scorer">Scores of the prompt.</param>
/// <param name="Sinks">First tokens that are always kept.</param>
/// <param name="Window">Last tokens that are always kept.</param>
internal sealed record SecondRowCase(Func<TestModel, KvSession> Open, IPressScorer Scorer, int Sinks, int Window)
{
    /// <summary>How much the tokens of a head are worth after a step; null where none leaves.</summary>
    public Func<PlainHead, double[]>? Retention { get; init; }
}

/// <summary>The choice of a method, by its reference.</summary>
internal sealed class SecondRowOracle(SecondRowCase method, PlainModel model, int budget) : IPlainSelector, IPlainEviction
{
    public PlainChoice Choose(int layer, int[] positions, float[] queries, float[] keys) => throw new NotSupportedException("the values are needed, too");

    public PlainChoice Choose(PlainRows rows)
    {
        int tokens = rows.Positions.Length, others = tokens - method.Sinks - method.Window;
        if (tokens <= budget)
        {
            return new PlainChoice(null, null);
        }

        double[][] scores = method.Scorer.Score(PlainLayers.Of(model, rows, tokens), 0);
        return new PlainChoice(
            [
                .. scores.Select(head => (int[])
                [
                    .. Enumerable.Range(0, method.Sinks),
                    .. Ranking.Top(head.AsSpan(method.Sinks, others), budget - method.Sinks - method.Window).Select(row => row + method.Sinks).Order(),
                    .. Enumerable.Range(tokens - method.Window, method.Window),
                ]),
            ],
            null);
    }

    public int[] Survivors(int layer, int head, int[] positions, double[][] probabilities) => throw new NotSupportedException("the keys are needed, too");

    public int[] Survivors(PlainHead head)
    {
        int[] all = [.. Enumerable.Range(0, head.Positions.Length)];
        if (all.Length <= budget)
        {
            return all;
        }

        double[] worth = method.Retention!(head);
        int now = head.Positions[^1];
        int least = all.Where(slot => head.Positions[slot] >= method.Sinks && head.Positions[slot] <= now - method.Window).MinBy(slot => worth[slot]);
        return [.. all.Where(slot => slot != least)];
    }
}
