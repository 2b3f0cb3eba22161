using KvCompose.Serving;

namespace KvCompose.Tool;

/// <summary>The pipelines of the command. An application declares its own.</summary>
internal static class PipelineTable
{
    public static IReadOnlyList<ServedPipeline> All { get; } =
    [
        new("full", "every token, fp16", static (model, limits) => Full.Open(model, new() { Sequences = limits.Sequences,
            MaxCacheBytes = limits.MaxCacheBytes })),
        new("int8", "every token, int8", static (model, limits) => Int8.Open(model, new() { Sequences = limits.Sequences,
            MaxCacheBytes = limits.MaxCacheBytes })),
        new("snap", "SnapKV, an eighth of the prompt", static (model, limits)
            => Snap.Open(model, new() { Sequences = limits.Sequences, MaxCacheBytes = limits.MaxCacheBytes })),
        new("ada", "SnapKV with Ada-KV heads, an eighth", static (model, limits)
            => Ada.Open(model, new() { Sequences = limits.Sequences, MaxCacheBytes = limits.MaxCacheBytes })),
        new("cake", "CAKE, 512 tokens a head", static (model, limits)
            => Cake.Open(model, new() { Sequences = limits.Sequences, MaxCacheBytes = limits.MaxCacheBytes })),
        new("streaming", "StreamingLLM, 1024 tokens", static (model, limits)
            => Streaming.Open(model, new() { Sequences = limits.Sequences, MaxCacheBytes = limits.MaxCacheBytes })),
        new("h2o", "H2O, 1024 tokens", static (model, limits) => HeavyHitters.Open(model, new() { Sequences = limits.Sequences,
            MaxCacheBytes = limits.MaxCacheBytes })),
        new("quest", "Quest, 1024 tokens resident, the others on the host", static (model, limits)
            => Paged.Open(model, new() { Sequences = limits.Sequences, MaxCacheBytes = limits.MaxCacheBytes })),
    ];

    /// <exception cref="WrongArgumentException">There is no such pipeline.</exception>
    public static ServedPipeline Find(string name) => All.FirstOrDefault(pipeline => pipeline.Name == name)
        ?? throw new WrongArgumentException($"there is no pipeline '{name}': "
            + string.Join(", ", All.Select(static pipeline => pipeline.Name)));
}
