namespace KvCompose.Models.Sampling.Grammars;

/// <summary>A part of a grammar over bytes.</summary>
internal abstract class GrammarNode;

/// <summary>One byte of a set.</summary>
internal sealed class ByteNode(ByteSet set) : GrammarNode
{
    public ByteSet Set { get; } = set;
}

/// <summary>All parts in order; no parts match the empty text.</summary>
internal sealed class SequenceNode(params GrammarNode[] parts) : GrammarNode
{
    public GrammarNode[] Parts { get; } = parts;
}

/// <summary>One of the choices.</summary>
internal sealed class ChoiceNode(params GrammarNode[] choices) : GrammarNode
{
    public GrammarNode[] Choices { get; } = choices;
}

/// <summary>A part several times. The part itself never matches the empty text.</summary>
internal sealed class RepeatNode(GrammarNode part, int least, int most) : GrammarNode
{
    public const int Unbounded = int.MaxValue;

    private RepeatNode? _next;

    public GrammarNode Part { get; } = part;

    public int Least { get; } = least;

    public int Most { get; } = most;

    /// <summary>What is left after one more time; the same node each time it is asked.</summary>
    public RepeatNode Next => Least == 0 && Most == Unbounded
        ? this
        : _next ??= new RepeatNode(Part, Math.Max(Least - 1, 0), Most == Unbounded ? Unbounded : Most - 1);
}

/// <summary>A part that is set later, so that a grammar can contain itself.</summary>
internal sealed class ReferenceNode : GrammarNode
{
    public GrammarNode Target { get; set; } = null!;
}

/// <summary>Matches nothing and marks where a nested value ends, so that nesting can be counted.</summary>
internal sealed class NestedEnd : GrammarNode
{
    public static NestedEnd Instance { get; } = new();
}

/// <summary>A set of bytes.</summary>
internal readonly record struct ByteSet(UInt128 Low, UInt128 High)
{
    public static ByteSet Of(params ReadOnlySpan<(int First, int Last)> ranges)
    {
        UInt128 low = 0, high = 0;
        foreach ((int first, int last) in ranges)
        {
            for (int b = first; b <= last; b++)
            {
                low |= b < 128 ? UInt128.One << b : 0;
                high |= b >= 128 ? UInt128.One << (b - 128) : 0;
            }
        }

        return new ByteSet(low, high);
    }

    public bool Contains(byte b) => ((b < 128 ? Low >> b : High >> (b - 128)) & 1) == 1;
}
