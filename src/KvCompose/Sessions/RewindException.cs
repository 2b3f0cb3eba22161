namespace KvCompose;

/// <summary>A pipeline does not hold any more what a sequence was at an earlier length. The sequence stays as it is.</summary>
public sealed class RewindException : InvalidOperationException
{
    internal RewindException(int length, int current, string problem)
        : base($"the sequence of {current} tokens cannot be rewound to {length}: {problem}")
        => Length = length;

    /// <summary>The length that was asked for.</summary>
    public int Length { get; }
}
