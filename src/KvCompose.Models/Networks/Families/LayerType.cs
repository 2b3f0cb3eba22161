namespace KvCompose.Models.Networks.Families;

/// <summary>What layer_types says of a layer.</summary>
internal enum LayerType
{
    /// <summary>It sees every token before.</summary>
    Full,

    /// <summary>It sees a window.</summary>
    Window,

    /// <summary>It sees the block of positions that its token is in.</summary>
    Block,

    /// <summary>It holds a fixed state.</summary>
    FixedState,
}
