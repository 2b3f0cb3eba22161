using KvCompose.Attention;

namespace KvCompose.Residency;

/// <summary>One layer of a decode step, as a tier sees it.</summary>
public readonly unsafe ref struct DecodeStep
{
    /// <summary>The layer, 0-based.</summary>
    public int Layer { get; init; }

    /// <summary>The sequence of every row.</summary>
    public ReadOnlySpan<int> Sequences { get; init; }

    /// <summary>The position of every row's token.</summary>
    public ReadOnlySpan<int> Positions { get; init; }

    /// <summary>Rotated queries, [rows, Hq, d], before attention; its output afterwards.</summary>
    public float* Queries { get; init; }

    /// <summary>The layer's heads and, after attention, the weights of those that are watched.</summary>
    public KvSplitPlan Items { get; init; }
}
