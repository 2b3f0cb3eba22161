namespace KvCompose;

/// <summary>What follows from the class of a head.</summary>
public static class HeadClasses
{
    /// <summary>True for the classes whose prompt stays whole: volatile and pivot.</summary>
    public static bool IsFull(this HeadClass headClass) => headClass is HeadClass.Volatile or HeadClass.Pivot;
}
