using System.ComponentModel;
using KvCompose.Cache;

namespace KvCompose.Attention;

/// <summary>One key-value head of a decode step: its splits, and whose token was just appended.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public unsafe struct AttendedHead
{
    /// <summary>The head's pages.</summary>
    public PageTable* Table;

    /// <summary>Index of the first of its splits in <see cref="KvSplitPlan.Items"/>.</summary>
    public int FirstSplit;

    /// <summary>Number of its splits.</summary>
    public int Splits;

    /// <summary>Position of the step's token.</summary>
    public int Position;

    /// <summary>Row of the step that the head belongs to.</summary>
    public int Row;

    /// <summary>The key-value head, 0-based.</summary>
    public int Head;
}
