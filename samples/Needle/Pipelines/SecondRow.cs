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

/// <summary>Tokens stay that queries still to come are expected to attend to.</summary>
[KvPipeline]
[UniformBudget]
[ExpectedAttention]
internal sealed partial class ExpectedAttentionPipeline;

/// <summary>Tokens stay whose keys stand out, or that the queries around them attend to.</summary>
[KvPipeline]
[UniformBudget]
[Compactor(Blending = 0.9f)]
internal sealed partial class CompactorPipeline;

/// <summary>Tokens stay without which the outputs of the last rows would change most.</summary>
[KvPipeline]
[UniformBudget]
[DropKv(Window = EmbeddedModel.Window)]
internal sealed partial class DropKvPipeline;

/// <summary>As AdaKv, but half of the tokens are chosen by what the output projection makes of their values, too.</summary>
[KvPipeline]
[UniformBudget]
[AdaKvHeads]
[CriticalKv(Window = EmbeddedModel.Window, Kernel = 7)]
internal sealed partial class CriticalKvPipeline;

/// <summary>Whole chunks stay, the same under all heads.</summary>
[KvPipeline]
[UniformBudget]
[ChunkKv(Window = EmbeddedModel.Window)]
internal sealed partial class ChunkKvPipeline;

/// <summary>The pipelines of this file.</summary>
internal static class SecondRow
{
    public static readonly NeedlePipeline[] All =
    [
        new("KeyNorm", static (model, budget) => KeyNormPipeline.Open(model.Language, new() { LayerBudget = budget.Uniform })),
        new("KeyDiff", static (model, budget) => KeyDiffPipeline.Open(model.Language, new() { LayerBudget = budget.Uniform })),
        new("LagKv", static (model, budget) => LagKvPipeline.Open(model.Language, new() { LayerBudget = budget.Uniform })),
        new("Tova", static (model, budget) => TovaPipeline.Open(model.Language, new() { LayerBudget = budget.Uniform })),
        new("ObservedAttention", static (model, budget) => ObservedAttentionPipeline.Open(model.Language, new() { LayerBudget = budget.Uniform })),
        new("ExpectedAttention", static (model, budget) => ExpectedAttentionPipeline.Open(model.Language, new() { LayerBudget = budget.Uniform })),
        new("Compactor", static (model, budget) => CompactorPipeline.Open(model.Language, new() { LayerBudget = budget.Uniform })),
        new("DropKv", static (model, budget) => DropKvPipeline.Open(model.Language, new() { LayerBudget = budget.Uniform })),
        new("CriticalKv", static (model, budget) => CriticalKvPipeline.Open(model.Language, new() { LayerBudget = budget.Uniform })),
        new("ChunkKv", static (model, budget) => ChunkKvPipeline.Open(model.Language, new() { LayerBudget = budget.Uniform })),
    ];
}
