using KvCompose.Models;

namespace KvCompose.Samples.Needle;

/// <summary>A pipeline that takes part in the comparison.</summary>
/// <param name="Name">What it is called on the command line and in the table.</param>
/// <param name="Open">Opens a session with a budget of tokens per key-value head.</param>
internal sealed record NeedlePipeline(string Name, Func<LlamaModel, UniformBudget, KvSession> Open)
{
    public static readonly NeedlePipeline[] All =
    [
        new("FullCache", static (model, _) => FullCachePipeline.Open(model)),
        new("StreamingLlm", static (model, budget) => StreamingLlmPipeline.Open(model, new() { LayerBudget = budget })),
        new("SnapKv", static (model, budget) => SnapKvPipeline.Open(model, new() { LayerBudget = budget })),
    ];
}
