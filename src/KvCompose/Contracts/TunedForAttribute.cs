namespace KvCompose;

/// <summary>Marks the value of an option that was found by trial at one budget. A declaration with another budget is warned of.</summary>
/// <param name="tokens">The budget, in tokens a layer and key-value head.</param>
[AttributeUsage(AttributeTargets.Field)]
public sealed class TunedForAttribute(int tokens) : Attribute
{
    /// <summary>The budget, in tokens a layer and key-value head.</summary>
    public int Tokens { get; } = tokens;
}
