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
    AttentionOutputNorm,
    FeedForwardNorm,
    Gate,
    Up,

    /// <summary>Gate and up projection in one.</summary>
    GateAndUp,
    Down,
    FeedForwardOutputNorm,
}
