using KvCompose.IntegrationTests.Oracle;
using KvCompose.IntegrationTests.Pipelines;

namespace KvCompose.IntegrationTests;

/// <summary>
/// A step in which the limit of bytes is reached appends nothing, wherever it is reached: when another sequence is cleared and the step is made again, it
/// and what follows equal a run that was never disturbed, bit by bit.
/// </summary>
public class StepLimitTests
{
    private const int Tokens = 160; // a whole number of pages
    private const int Steps = 6;

    private delegate KvSession Opening(TestModel model, SessionOptions limits);

    private static readonly HeadProfile Profile = new(
        [
            [HeadClass.Volatile, HeadClass.Pivot, HeadClass.Satellite, HeadClass.Satellite],
            [HeadClass.Satellite, HeadClass.Pivot, HeadClass.Volatile, HeadClass.Anchor],
            [HeadClass.Anchor, HeadClass.Volatile, HeadClass.Anchor, HeadClass.Anchor],
        ],
        [[-1, -1, 1.5, 0.8], [1.3, -1, -1, 0.7], [1, -1, 0.6, 1.2]],
        [[new PivotGroup(1, 2, 3)], [new PivotGroup(1, 0)], []]);

    private static readonly Dictionary<string, Opening> Pipelines = new(StringComparer.Ordinal)
    {
        ["IceCache"] = static (model, limits) => IceReader.Open(model, new() { Sequences = limits.Sequences, MaxCacheBytes = limits.MaxCacheBytes }),
        ["IceCache in halves"] = static (model, limits) => HalfIceReader.Open(model, new() { Sequences = limits.Sequences, MaxCacheBytes = limits.MaxCacheBytes }),
        ["Quest"] = static (model, limits) => QuestReader.Open(model, new() { Sequences = limits.Sequences, MaxCacheBytes = limits.MaxCacheBytes }),
        ["ArkVale"] = static (model, limits) => ArkValeReader.Open(model, new() { Sequences = limits.Sequences, MaxCacheBytes = limits.MaxCacheBytes }),
        ["reuse"] = static (model, limits) => ReusingReader.Open(model, new() { Sequences = limits.Sequences, MaxCacheBytes = limits.MaxCacheBytes }),
        ["prefetch"] = static (model, limits) => ReusingQuestReader.Open(model, new() { Sequences = limits.Sequences, MaxCacheBytes = limits.MaxCacheBytes }),
        ["CAKE"] = static (model, limits) => CakeIceReader.Open(model, new() { Sequences = limits.Sequences, MaxCacheBytes = limits.MaxCacheBytes }),
        ["CAKE and Ada-KV"] = static (model, limits) => CakeQuestReader.Open(model, new() { Sequences = limits.Sequences, MaxCacheBytes = limits.MaxCacheBytes }),
        ["codes"] = static (model, limits) => EverythingInBytes.Open(model, new() { Sequences = limits.Sequences, MaxCacheBytes = limits.MaxCacheBytes }),
        ["evicted"] = static (model, limits) => WindowAverage.Open(model, new() { Sequences = limits.Sequences, MaxCacheBytes = limits.MaxCacheBytes }),
        ["HeteroCache and IceCache"] = static (model, limits) => HeteroIceReader.Open(
            model, new() { Sequences = limits.Sequences, MaxCacheBytes = limits.MaxCacheBytes, Profile = Profile }),
        ["IceCache and HeteroCache"] = static (model, limits) => IceHeteroReader.Open(
            model, new() { Sequences = limits.Sequences, MaxCacheBytes = limits.MaxCacheBytes, Profile = Profile }),
    };

    /// <summary>Pipelines, and whether layers bring pages in one by one before the limit shows.</summary>
    public static TheoryData<string, bool> Cases => new()
    {
        { "IceCache", true }, { "IceCache in halves", true }, { "Quest", true }, { "ArkVale", true }, { "reuse", true }, { "prefetch", true },
        { "CAKE", true }, { "CAKE and Ada-KV", true }, { "codes", false }, { "evicted", false },
        { "HeteroCache and IceCache", false }, { "IceCache and HeteroCache", false },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Step_ReachesTheLimitAnywhere_AppendsNothing(string pipeline, bool inTheMiddle)
    {
        using TestModel model = ModelOf(pipeline);
        float[][] undisturbed = Undisturbed(model, pipeline);
        int failures = 0, partial = 0;
        using KvSession probe = Open(model, pipeline, 0);
        for (int pages = 0; ; pages += 3)
        {
            using KvSession session = Open(model, pipeline, probe.Usage.BytesHeld + (pages * PageBytes(pipeline)));
            (long held, long moved, float[] logits) = (session.Usage.BytesHeld, session.TierUsage.PagesMoved, session.Logits().ToArray());
            int[][] lengths = Lengths(session, model);
            try
            {
                session.Step([1, 2, -1]);
                break;
            }
            catch (CacheLimitException)
            {
                failures++;
                partial += session.TierUsage.PagesMoved > moved ? 1 : 0;
            }

            Assert.Equal(Tokens, session.Length(0));
            Assert.Equal(Tokens - 7, session.Length(1));
            Assert.Equal(logits, session.Logits());
            Assert.InRange(session.Usage.BytesHeld, held, session.Usage.LimitBytes);
            Assert.All(AllPositions(session, model, 0), static positions => Assert.DoesNotContain(Tokens, positions));
            if (session.TierUsage.PagesMoved == moved)
            {
                Assert.Equal(held, session.Usage.BytesHeld);
                Assert.Equal(lengths, Lengths(session, model));
            }

            using var file = new MemoryStream();
            session.Save(file);
            session.Clear(2);
            for (int step = 0; step < Steps; step++)
            {
                session.Step([step + 1, step + 2, -1]);
                Assert.Equal(undisturbed[2 * step], session.Logits(0));
                Assert.Equal(undisturbed[(2 * step) + 1], session.Logits(1));
            }
        }

        Assert.True(failures > 0, "the limit was never reached: the test shows nothing");
        Assert.Equal(inTheMiddle, partial > 0);
    }

    /// <summary>Where two residencies share a step, tokens leave the window before it, so that the room is known: that changes nothing.</summary>
    [Theory]
    [InlineData("HeteroCache and IceCache")]
    [InlineData("IceCache and HeteroCache")]
    public void Step_UnderALimitThatHolds_IsAsWithoutOne(string pipeline)
    {
        using TestModel model = ModelOf(pipeline);
        using KvSession free = Pipelines[pipeline](model, new SessionOptions()), limited = Pipelines[pipeline](model, new SessionOptions { MaxCacheBytes = 1 << 30 });
        free.Prefill(model.Prompt(Tokens, 1));
        limited.Prefill(model.Prompt(Tokens, 1));
        for (int step = 0; step < 70; step++)
        {
            free.Step([step]);
            limited.Step([step]);
            Assert.Equal(free.Logits(), limited.Logits());
        }

        Assert.Equal(free.TierUsage.PagesMoved, limited.TierUsage.PagesMoved);
    }

    private static TestModel ModelOf(string pipeline)
        => pipeline.Contains("HeteroCache", StringComparison.Ordinal) ? new TestModel(3, 8, 4, 32, 91, sharpness: 1.2) : new TestModel(4, 4, 2, 32, 92);

    /// <summary>Two sequences that go on and one that takes room.</summary>
    private static KvSession Open(TestModel model, string pipeline, long limit)
    {
        KvSession session = Pipelines[pipeline](model, new SessionOptions { Sequences = 3, MaxCacheBytes = limit });
        session.Prefill(0, model.Prompt(Tokens, 1));
        session.Prefill(1, model.Prompt(Tokens - 7, 2));
        session.FillRandom(1000, 3, sequence: 2);
        return session;
    }

    private static float[][] Undisturbed(TestModel model, string pipeline)
    {
        using KvSession session = Open(model, pipeline, 0);
        session.Clear(2);
        var logits = new List<float[]>();
        for (int step = 0; step < Steps; step++)
        {
            session.Step([step + 1, step + 2, -1]);
            logits.AddRange(session.Logits(0).ToArray(), session.Logits(1).ToArray());
        }

        return [.. logits];
    }

    /// <summary>What one page takes.</summary>
    private static long PageBytes(string pipeline) => pipeline switch
    {
        "IceCache in halves" or "CAKE and Ada-KV" => HalfIceReader.Plan.PageBytes,
        "codes" => EverythingInBytes.Plan.PageBytes,
        "evicted" => WindowAverage.Plan.PageBytes,
        _ => IceReader.Plan.PageBytes,
    };

    private static int[][] Lengths(KvSession session, TestModel model)
        => [.. Enumerable.Range(0, 2).Select(sequence => AllPositions(session, model, sequence).Select(static positions => positions.Length).ToArray())];

    private static IEnumerable<int[]> AllPositions(KvSession session, TestModel model, int sequence)
        => from layer in Enumerable.Range(0, model.Shape.Layers)
           from head in Enumerable.Range(0, model.Shape.KeyValueHeads)
           select session.Positions(layer, head, sequence);
}
