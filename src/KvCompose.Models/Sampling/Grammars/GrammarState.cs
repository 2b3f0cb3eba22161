namespace KvCompose.Models.Sampling.Grammars;

/// <summary>What may still follow: a node and then the rest.</summary>
/// <param name="Node">What comes next.</param>
/// <param name="Rest">What comes after it; null for the end.</param>
internal sealed record Continuation(GrammarNode Node, Continuation? Rest)
{
    /// <summary>Nested values that are open.</summary>
    public int Depth { get; } = (Rest?.Depth ?? 0) + (Node is NestedEnd ? 1 : 0);

    public bool Equals(Continuation? other) => other is not null && ReferenceEquals(Node, other.Node) && ReferenceEquals(Rest, other.Rest);

    public override int GetHashCode() => HashCode.Combine(
        System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(Node),
        Rest is null ? 0 : System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(Rest));
}

/// <summary>A state of the matching: all continuations that begin with a byte, and whether the text may end here.</summary>
internal sealed class GrammarState(Continuation[] heads, bool accepts)
{
    public Continuation[] Heads { get; } = heads;

    public bool Accepts { get; } = accepts;

    /// <summary>States that were met, by byte; null where none was computed yet.</summary>
    public GrammarState?[] Next { get; } = new GrammarState?[256];

    /// <summary>Allowed tokens, one bit each; null until it is asked for.</summary>
    public ulong[]? Tokens { get; set; }

    public bool IsDead => Heads.Length == 0 && !Accepts;
}
