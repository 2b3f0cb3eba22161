using KvCompose.Benchmarks.Pipelines;
using KvCompose.Threading;

namespace KvCompose.Benchmarks.Quick;

/// <summary>
/// The figures of the group <c>heterocache</c>: a layer of the model whose profile is published (Llama-3.1-8B: 8 heads of 128 with groups of
/// 4, on average one pivot), half of the prompt resident, W = 5, τ = 0.5.
/// </summary>
internal static class HeteroFigures
{
    private const int Depth = 16_384;
    private const int Heads = 8;
    private const int Group = 4;
    private const int HeadDim = 128;

    /// <summary>Decoded tokens between two changes of the topic.</summary>
    private const int TopicTokens = 64;

    /// <summary>One measurement: whole topics, so that every one of them meets a change.</summary>
    private const int BlockTokens = TopicTokens;

    private const int Rounds = 12;

    public static IEnumerable<(string Name, double Value)> Measure()
    {
        // One thread decodes, so that on two cores the gathering thread has the other, as a copy engine would.
        using var workers = new WorkerPool(1);
        var model = new DriftingModel(new TransformerShape(1, Heads * Group, Heads, HeadDim, 16, 16, 2 * Depth), workers, TopicTokens);
        var profile = new HeadProfile(
            [[HeadClass.Pivot, .. Enumerable.Repeat(HeadClass.Satellite, Heads - 1)]],
            [[-1, .. Enumerable.Repeat(1.0, Heads - 1)]],
            [[new PivotGroup(0, [.. Enumerable.Range(1, Heads - 1)])]]);
        using var unwatched = HeteroStatic128.Open(model, new() { Profile = profile });
        using var watched = HeteroWatching128.Open(model, new() { Profile = profile });
        using var hetero = Hetero128.Open(model, new() { Profile = profile });
        using var full = Full128.Open(model);
        var prompt = new int[Depth];
        foreach (KvSession session in (KvSession[])[unwatched, watched, hetero])
        {
            session.Prefill(prompt);
        }

        full.FillRandom(Depth);
        yield return ("monitorOverhead", Timing.MedianRatio(() => Decode(watched), () => Decode(unwatched), Rounds) - 1);
        yield return ("retrievalStepRatio", Timing.MedianRatio(() => Decode(hetero), () => Decode(unwatched), Rounds));
        yield return ("stepSpeedup", Timing.MedianRatio(() => Decode(full), () => Decode(hetero), Rounds));
        yield return ("bytesPerTokenRatio", (double)hetero.Usage.BytesHeld / full.Usage.BytesHeld);
        yield return ("triggersPerHundredSteps", 100.0 * hetero.TierUsage.Retrievals / (hetero.Length() - Depth));
    }

    private static void Decode(KvSession session)
    {
        int[] token = [1];
        for (int i = 0; i < BlockTokens; i++)
        {
            session.Step(token);
        }
    }
}
