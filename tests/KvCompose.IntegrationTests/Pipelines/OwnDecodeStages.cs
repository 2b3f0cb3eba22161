using KvCompose.Cache;
using KvCompose.Residency;

namespace KvCompose.IntegrationTests.Pipelines;

/// <summary>A user's eviction while decoding: what the step attends to least leaves.</summary>
[TokenSelectionFacts(
    Observes = AttentionStatistics.WindowSum | AttentionStatistics.DecodeProbabilities, Needs = StageProducts.LayerBudgets,
    Phases = StagePhases.Prefill | StagePhases.Decode, Pooling = PoolingKind.Average, Reduction = GroupReduction.Mean, Lossy = true)]
internal readonly struct Fading : IDecodeEviction<Fading>
{
    [StageOption(2, Minimum = 0, Role = OptionRole.Sinks)]
    public int First { get; init; }

    [StageOption(6, Minimum = 1, Role = OptionRole.Window)]
    public int Last { get; init; }

    [StageOption(3, Role = OptionRole.PoolingKernel)]
    public int Kernel { get; init; }

    [StageOption(PoolingOrder.None, Role = OptionRole.PoolingOrder)]
    public PoolingOrder Line { get; init; }

    [StageOption(true, Role = OptionRole.DecodeEviction)]
    public bool Evicts { get; init; }

    public static float Score(in Fading options, in TokenStatistics token) => token.WindowSum;

    public static float Retain(in Fading options, in ResidentToken token) => token.Probability;
}

internal sealed class FadingAttribute : TokenSelectionAttribute<Fading>
{
    public int First { get; set; }

    public int Last { get; set; }

    public int Kernel { get; set; }

    public PoolingOrder Line { get; set; }

    public bool Evicts { get; set; }
}

/// <summary>A user's eviction by what was collected since the prompt.</summary>
[TokenSelectionFacts(
    Observes = AttentionStatistics.WindowSum | AttentionStatistics.DecodeProbabilities | AttentionStatistics.CollectedProbabilities,
    Needs = StageProducts.LayerBudgets, Phases = StagePhases.Prefill | StagePhases.Decode, Lossy = true)]
internal readonly struct Hoarding : IDecodeEviction<Hoarding>
{
    [StageOption(6, Minimum = 1, Role = OptionRole.Window)]
    public int Last { get; init; }

    [StageOption(4096, Minimum = 1, Role = OptionRole.ObservedRows)]
    public int Rows { get; init; }

    public static float Score(in Hoarding options, in TokenStatistics token) => token.WindowSum;

    public static float Retain(in Hoarding options, in ResidentToken token) => token.Collected;
}

internal sealed class HoardingAttribute : TokenSelectionAttribute<Hoarding>
{
    public int Last { get; set; }

    public int Rows { get; set; }
}

/// <summary>A user's residency that brings back everything that was left out, in pages of its own.</summary>
[ResidencyFacts(Provides = StageProducts.BackingStore, Layout = CacheLayout.Paged)]
internal readonly struct BringAllBack : IRetrieval<BringAllBack, AllBackTier>
{
    public static AllBackTier Open(in BringAllBack options, in TierContext context) => new(context);
}

internal sealed unsafe class AllBackTier(TierContext context) : IRetrievalTier
{
    private readonly Dictionary<(int Sequence, int Layer, int Head), List<(int Position, float[] Key, float[] Value)>> _away = [];
    private long _moved;

    public TierUsage Usage => new(0, 0, 0, _moved, 0);

    public int Watched { get; private set; }

    public void Place(in PlacementContext placement)
    {
        int d = placement.HeadDim;
        var away = new List<(int, float[], float[])>();
        foreach (int row in placement.Rows)
        {
            float* tile = placement.KeyTiles + ((nint)(row / 16) * 16 * d) + (row % 16);
            var key = new float[d];
            for (int i = 0; i < d; i++)
            {
                key[i] = tile[i * 16];
            }

            away.Add((placement.Positions[row], key, new ReadOnlySpan<float>(placement.Values + ((nint)row * placement.ValueStride), d).ToArray()));
        }

        _away[(placement.Sequence, placement.Layer, placement.Head)] = away;
    }

    public void OnPrefillCompleted(int sequence, int promptTokens, CancellationToken cancellation)
    {
    }

    public void FetchBeforeAttention(in DecodeStep step)
    {
        foreach (int sequence in step.Sequences)
        {
            for (int head = 0; head < context.Shape.KeyValueHeads; head++)
            {
                if (_away.Remove((sequence, step.Layer, head), out var away))
                {
                    Return(context.Caches[sequence], step.Layer, head, away);
                }
            }
        }
    }

    public void OnAttention(in DecodeStep step) => Watched++;

    public void Clear(int sequence)
    {
        foreach (var key in _away.Keys.Where(key => key.Sequence == sequence).ToArray())
        {
            _away.Remove(key);
        }
    }

    public void Dispose() => _away.Clear();

    /// <summary>Fills pages that are neither full nor in order: seven tokens each.</summary>
    private void Return(SequenceCache cache, int layer, int head, List<(int Position, float[] Key, float[] Value)> away)
    {
        const int perPage = 7;
        for (int first = 0; first < away.Count; first += perPage)
        {
            int count = Math.Min(perPage, away.Count - first);
            byte* page = context.Pool.Address(cache.InsertPage(layer, head, 1, count));
            for (int i = 0; i < count; i++)
            {
                (int position, float[] key, float[] value) = away[first + i];
                fixed (float* k = key, v = value)
                {
                    context.Writer.Write(page, i, k, 1, v, position);
                }
            }

            _moved += count;
        }
    }
}

[KvPipeline(HeadDim = 32, GroupSize = 2, PageTokens = 16)]
[UniformBudget(Tokens = 40)]
[Fading]
internal sealed partial class LeastAttended;

[KvPipeline(HeadDim = 32, GroupSize = 2, PageTokens = 16)]
[UniformBudget(Tokens = 40)]
[Fading(Line = PoolingOrder.Positional)]
internal sealed partial class LeastAttendedAround;

[KvPipeline(HeadDim = 32, GroupSize = 2, PageTokens = 16)]
[UniformBudget(Tokens = 40)]
[Fading(Line = PoolingOrder.Physical)]
internal sealed partial class LeastAttendedByRank;

[KvPipeline(HeadDim = 32, GroupSize = 2, PageTokens = 16)]
[UniformBudget(Tokens = 40)]
[Fading(Evicts = false)]
internal sealed partial class NeverEvicting;

[KvPipeline(HeadDim = 32, GroupSize = 2, PageTokens = 16)]
[UniformBudget(Tokens = 40)]
[Hoarding]
internal sealed partial class LeastCollected;

[KvPipeline(HeadDim = 32, GroupSize = 2, PageTokens = 16)]
[UniformBudget(Tokens = 40)]
[Fading(Evicts = false)]
[Residency<BringAllBack>]
internal sealed partial class NothingLost;
