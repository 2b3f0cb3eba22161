namespace KvCompose.Samples.Needle;

/// <summary>Tokens stay whose keys are short.</summary>
[KvPipeline]
[UniformBudget]
[KeyNorm(Sinks = 4, Window = EmbeddedModel.Window)]
internal sealed partial class KeyNormPipeline;

/// <summary>Tokens stay whose keys are unlike the others; so it goes on while decoding.</summary>
[KvPipeline]
[UniformBudget]
[KeyDiff(Sinks = 4, Window = EmbeddedModel.Window)]
internal sealed partial class KeyDiffPipeline;

/// <summary>Tokens stay that vary most in the scale of those that follow.</summary>
[KvPipeline]
[UniformBudget]
[LagKv(Lag = 16)]
internal sealed partial class LagKvPipeline;

/// <summary>Tokens stay that the last one attends to, the same under all heads; so it goes on while decoding.</summary>
[KvPipeline]
[UniformBudget]
[Tova(Window = EmbeddedModel.Window)]
internal sealed partial class TovaPipeline;

/// <summary>Tokens stay that the rows which see them attend to on average.</summary>
[KvPipeline]
[UniformBudget]
[ObservedAttention(Sinks = 4, Window = EmbeddedModel.Window)]
internal sealed partial class ObservedAttentionPipeline;

/// <summary>The pipelines of this file.</summary>
internal static class SecondRow
{
    public static readonly NeedlePipeline[] All =
    [
        new("KeyNorm", static (model, budget) => KeyNormPipeline.Open(model, new() { LayerBudget = budget.Uniform })),
        new("KeyDiff", static (model, budget) => KeyDiffPipeline.Open(model, new() { LayerBudget = budget.Uniform })),
        new("LagKv", static (model, budget) => LagKvPipeline.Open(model, new() { LayerBudget = budget.Uniform })),
        new("Tova", static (model, budget) => TovaPipeline.Open(model, new() { LayerBudget = budget.Uniform })),
        new("ObservedAttention", static (model, budget) => ObservedAttentionPipeline.Open(model, new() { LayerBudget = budget.Uniform })),
    ];
}
