namespace KvCompose.Models.Tokenizers.Patterns;

internal enum Op
{
    /// <summary>One character of the set.</summary>
    Set,

    /// <summary>Characters of the set, A to B times (B below 0: no limit); C is the kind of repetition.</summary>
    SetLoop,

    /// <summary>Goes on at A, and at B if that fails.</summary>
    Split,

    /// <summary>Goes on at the branches that the next character allows, in order.</summary>
    Dispatch,

    Jump,

    /// <summary>Register A becomes the position.</summary>
    Mark,

    /// <summary>Goes to B if the position is still that of register A: an iteration matched nothing.</summary>
    ExitIfUnmoved,

    /// <summary>The part from the next instruction to its End matches or not; goes on at A. B: 1 for negative.</summary>
    Ahead,

    /// <summary>The same for the text before the position; B as above, C and D: fewest and most characters (D below 0: no limit).</summary>
    Behind,

    /// <summary>Like Ahead, but the position moves to the end of the match.</summary>
    Atomic,

    /// <summary>Ends the pattern, or a part.</summary>
    End,

    Anchor,

    /// <summary>The text of the first group of Table that matched; A: 1 to ignore case.</summary>
    BackReference,
}

/// <summary>One instruction.</summary>
internal struct Instruction
{
    public Op Op;
    public int A;
    public int B;
    public int C;
    public int D;
    public CharacterSet? Set;
    public int[]? Table;
    public DispatchTable? Dispatch;
}

/// <summary>Which branches of an alternation can begin with a character.</summary>
/// <param name="Ascii">A mask per ASCII character.</param>
/// <param name="Other">The branches that any other character allows, with their first sets to ask.</param>
/// <param name="AtEnd">The branches that are possible at the end of the text.</param>
/// <param name="FirstSets">First set of each branch; null if it can begin with anything, or be empty.</param>
/// <param name="Targets">Where each branch begins.</param>
internal sealed record DispatchTable(ulong[] Ascii, ulong Other, ulong AtEnd, CharacterSet?[] FirstSets, int[] Targets);

/// <param name="Code">The instructions.</param>
/// <param name="Registers">Two per group, then those of loops.</param>
/// <param name="First">The characters that a match can begin with; null for any, or an empty match.</param>
internal sealed record PatternProgram(Instruction[] Code, int Registers, CharacterSet? First);
