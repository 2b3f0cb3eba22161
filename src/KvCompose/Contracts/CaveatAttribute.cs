namespace KvCompose;

/// <summary>Marks the value of an option that has a known price; whoever declares it is told.</summary>
/// <param name="text">The price, to follow the words "Option is X, which": such as "may leave part of the budget unused".</param>
[AttributeUsage(AttributeTargets.Field)]
public sealed class CaveatAttribute(string text) : Attribute
{
    /// <summary>The price.</summary>
    public string Text { get; } = text;
}
