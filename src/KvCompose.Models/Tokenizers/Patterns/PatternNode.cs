namespace KvCompose.Models.Tokenizers.Patterns;

/// <summary>A parsed pattern.</summary>
internal abstract record PatternNode
{
    /// <summary>One character of a set.</summary>
    public sealed record Set(CharacterSet Characters) : PatternNode;

    /// <summary>Text whose case folding is this sequence.</summary>
    public sealed record Folded(int[] Sequence) : PatternNode;

    public sealed record Concatenation(IReadOnlyList<PatternNode> Parts) : PatternNode;

    public sealed record Alternation(IReadOnlyList<PatternNode> Branches) : PatternNode;

    /// <param name="Body">What is repeated.</param>
    /// <param name="Least">Fewest times.</param>
    /// <param name="Most">Most times; −1 for no limit.</param>
    /// <param name="Kind">Which number of times is tried first.</param>
    public sealed record Repeat(PatternNode Body, int Least, int Most, RepeatKind Kind) : PatternNode;

    public sealed record Capture(int Group, PatternNode Body) : PatternNode;

    public sealed record Atomic(PatternNode Body) : PatternNode;

    public sealed record Look(PatternNode Body, bool Behind, bool Negative) : PatternNode;

    public sealed record Anchor(AnchorKind Kind) : PatternNode;

    public sealed record BackReference(int[] Groups, bool IgnoreCase) : PatternNode;
}

internal enum RepeatKind
{
    Greedy,
    Lazy,
    Possessive,
}

internal enum AnchorKind
{
    LineStart,
    LineEnd,
    TextStart,
    TextEnd,
    TextEndBeforeNewline,
    SearchStart,
    WordBoundary,
    NoWordBoundary,
}
