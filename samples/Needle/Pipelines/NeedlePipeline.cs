using KvCompose.Models;

namespace KvCompose.Samples.Needle;

/// <summary>A pipeline that takes part in the comparison.</summary>
/// <param name="Name">What it is called on the command line and in the table.</param>
/// <param name="Open">Opens a session in which a key-value head may keep so many tokens of a prompt, on average.</param>
internal sealed record NeedlePipeline(string Name, Func<LlamaModel, int, KvSession> Open)
{
    public static readonly NeedlePipeline[] All =
    [
        new("FullCache", static (model, _) => FullCachePipeline.Open(model)),
        new("StreamingLlm", static (model, tokens) => StreamingLlmPipeline.Open(model, new() { LayerBudget = new() { Tokens = tokens, Ratio = 1 } })),
        new("SnapKv", static (model, tokens) => SnapKvPipeline.Open(model, new() { LayerBudget = new() { Tokens = tokens, Ratio = 1 } })),
        new("PyramidKv", static (model, tokens) => PyramidKvPipeline.Open(model, new() { LayerBudget = new() { Tokens = tokens, Beta = 20 } })),
        new("AdaKv", static (model, tokens) => AdaKvPipeline.Open(model, new() { LayerBudget = new() { Tokens = tokens, Ratio = 1 } })),
        new("Cake", static (model, tokens) => CakePipeline.Open(model, new() { LayerBudget = new() { Tokens = tokens, Tau1 = 1, Tau2 = 1 } })),
        new("FastKv", static (model, tokens) => FastKvPipeline.Open(model, new() { LayerBudget = new() { Tokens = tokens, Ratio = 1 } })),
    ];
}
