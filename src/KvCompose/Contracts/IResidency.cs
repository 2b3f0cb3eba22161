namespace KvCompose;

/// <summary>
/// Slot: where the tokens live that a head does not keep. A pipeline that declares no stage here drops them.
/// </summary>
/// <typeparam name="TSelf">The stage: an unmanaged struct whose properties are its options.</typeparam>
public interface IResidency<TSelf>
    where TSelf : unmanaged, IResidency<TSelf>
{
    /// <summary>Called once for every sequence, layer and key-value head whose selection leaves tokens out, before they are dropped.</summary>
    static abstract void Place(in TSelf options, in PlacementContext context);
}
