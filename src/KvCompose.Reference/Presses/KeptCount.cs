namespace KvCompose.Reference.Presses;

/// <summary>How many of n rows stay when a share is removed.</summary>
public static class KeptCount
{
    /// <summary>max(1, trunc(n·(1 − r))) in IEEE double, 0 for r ≥ 1.</summary>
    public static int Of(int rows, double removed) => removed >= 1 ? 0 : Math.Max(1, Truncated(rows, removed));

    /// <summary>trunc(n·(1 − r)) in IEEE double, without the floor of one.</summary>
    public static int Truncated(int rows, double removed) => (int)(rows * (1 - removed));
}
