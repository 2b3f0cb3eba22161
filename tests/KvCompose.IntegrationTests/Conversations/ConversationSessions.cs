using KvCompose.IntegrationTests.Oracle;
using KvCompose.IntegrationTests.Pipelines;
using KvCompose.IntegrationTests.Saved;

namespace KvCompose.IntegrationTests.Conversations;

/// <summary>Sessions of every kind of residency, storage and eviction, by name.</summary>
internal static class ConversationSessions
{
    private static readonly HeadProfile Stars = new(
        [
            [HeadClass.Pivot, HeadClass.Satellite],
            [HeadClass.Satellite, HeadClass.Pivot],
            [HeadClass.Anchor, HeadClass.Volatile],
            [HeadClass.Anchor, HeadClass.Anchor],
        ],
        [[-1, 0.9], [1.1, -1], [1, -1], [1, 1.2]],
        [[new PivotGroup(0, 1)], [new PivotGroup(1, 0)], [], []]);

    /// <summary>A model that all of them accept.</summary>
    public static TestModel Model() => new(4, 4, 2, 32, 91, sharpness: 1.2);

    /// <summary>Those whose heads never lose a token while decoding, and bring none in.</summary>
    public static TheoryData<string> Keeping => [nameof(Everything), nameof(WindowAverage), nameof(RaggedPipeline), nameof(NibblePipeline), nameof(ThinPipeline)];

    /// <summary>All of them.</summary>
    public static TheoryData<string> All =>
    [
        nameof(Everything), nameof(WindowAverage), nameof(RaggedPipeline), nameof(NibblePipeline), nameof(ThinPipeline), nameof(EvictingPipeline),
        nameof(CollectingPipeline), nameof(ManualPipeline), nameof(PagedManual), nameof(ReusingReader), nameof(OmniUniform), nameof(HeteroNextToken),
    ];

    /// <summary>Opens one.</summary>
    public static KvSession Open(string name, TestModel model, int sequences = 1, long limit = 0) => name switch
    {
        nameof(Everything) => Everything.Open(model, new() { Sequences = sequences, MaxCacheBytes = limit }),
        nameof(WindowAverage) => WindowAverage.Open(model, new() { Sequences = sequences, MaxCacheBytes = limit }),
        nameof(RaggedPipeline) => RaggedPipeline.Open(model, new() { Sequences = sequences, MaxCacheBytes = limit }),
        nameof(NibblePipeline) => NibblePipeline.Open(model, new() { Sequences = sequences, MaxCacheBytes = limit }),
        nameof(ThinPipeline) => ThinPipeline.Open(model, new() { Sequences = sequences, MaxCacheBytes = limit }),
        nameof(EvictingPipeline) => EvictingPipeline.Open(model, new() { Sequences = sequences, MaxCacheBytes = limit }),
        nameof(CollectingPipeline) => CollectingPipeline.Open(model, new() { Sequences = sequences, MaxCacheBytes = limit }),
        nameof(ManualPipeline) => ManualPipeline.Open(model, new() { Sequences = sequences, MaxCacheBytes = limit }),
        nameof(PagedManual) => PagedManual.Open(model, new() { Sequences = sequences, MaxCacheBytes = limit }),
        nameof(ReusingReader) => ReusingReader.Open(model, new() { Sequences = sequences, MaxCacheBytes = limit }),
        nameof(OmniUniform) => OmniUniform.Open(model, new() { Sequences = sequences, MaxCacheBytes = limit }),
        nameof(HeteroNextToken) => HeteroNextToken.Open(model, new() { Sequences = sequences, MaxCacheBytes = limit, Profile = Stars }),
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, "no such pipeline"),
    };

    /// <summary>Positions that all heads hold, and the logits: what tells two sequences apart.</summary>
    public static (string Held, float[] Logits) StateOf(KvSession session, int sequence = 0)
    {
        IEnumerable<string> heads =
            from layer in Enumerable.Range(0, session.Shape.Layers)
            from head in Enumerable.Range(0, session.Shape.KeyValueHeads)
            select string.Join(' ', session.Positions(layer, head, sequence));
        return (string.Join('\n', heads), session.Logits(sequence).ToArray());
    }

    /// <summary>A step of one sequence alone.</summary>
    public static void Step(KvSession session, int sequence, int token)
    {
        int[] tokens = [.. Enumerable.Repeat(-1, session.Sequences)];
        tokens[sequence] = token;
        session.Step(tokens);
    }
}
