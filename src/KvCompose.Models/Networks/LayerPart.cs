namespace KvCompose.Models.Networks;

/// <summary>What a tensor of a layer is for.</summary>
internal enum LayerPart
{
    AttentionNorm,
    Query,
    Key,
    Value,

    /// <summary>Query, key and value projection in one.</summary>
    Input,
    Output,
    QueryNorm,
    KeyNorm,
    Sinks,
    AttentionOutputNorm,
    FeedForwardNorm,
    Gate,
    Up,

    /// <summary>Gate and up projection in one.</summary>
    GateAndUp,
    Down,
    FeedForwardOutputNorm,
    OutputScale,

    Router,
    RouterScale,
    SelectionBias,
    ExpertScale,
    ExpertGate,
    ExpertUp,
    ExpertGateAndUp,
    ExpertDown,

    /// <summary>The down projections of all experts in one, beside <see cref="ExpertGateAndUp"/>.</summary>
    ExpertsDown,
    ExpertNorm,
    ExpertOutputNorm,
    DenseOutputNorm,
    SharedGate,
    SharedUp,
    SharedDown,

    /// <summary>What the shared expert as a whole is gated by.</summary>
    SharedExpertGate,

    LayerInputGate,
    LayerInputProjection,
    LayerInputNorm,

    /// <summary>Queries, keys and values of the delta rule; B, C and x of a short convolution; all inputs of Mamba 2.</summary>
    RecurrentInput,
    RecurrentGate,

    /// <summary><see cref="RecurrentInput"/> and <see cref="RecurrentGate"/> in one, key head by key head.</summary>
    RecurrentInputAndGate,
    RecurrentBeta,
    RecurrentStep,

    /// <summary><see cref="RecurrentBeta"/> and <see cref="RecurrentStep"/> in one, key head by key head.</summary>
    RecurrentBetaAndStep,
    Convolution,
    Decay,
    StepBias,
    Skip,
    RecurrentNorm,
    RecurrentOutput,
}
