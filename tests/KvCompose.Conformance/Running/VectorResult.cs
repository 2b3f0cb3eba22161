namespace KvCompose.Conformance.Running;

/// <summary>What became of a vector file.</summary>
public enum VectorStatus
{
    /// <summary>Every case gave what the file expects.</summary>
    Passed,

    /// <summary>A case gave something else, or the file could not be read.</summary>
    Failed,

    /// <summary>No kind knows the file.</summary>
    Skipped,
}

/// <summary>The outcome of a vector file.</summary>
/// <param name="Status">What became of it.</param>
/// <param name="Cases">Cases that were run.</param>
/// <param name="Detail">First failing case and how many failed, or why the file was skipped; empty when it passed.</param>
public sealed record VectorResult(VectorStatus Status, int Cases, string Detail)
{
    /// <summary>The kinds of the file, as it names them or as those that knew it do, and what became of each.</summary>
    public IReadOnlyList<(string Kind, VectorStatus Status)> Kinds { get; init; } = [];

    /// <summary>Lines to print beneath the outcome: measured figures.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>All cases passed.</summary>
    public static VectorResult Passed(int cases) => new(VectorStatus.Passed, cases, "");

    /// <summary>Something is wrong with our result or with the file.</summary>
    public static VectorResult Failed(int cases, string detail) => new(VectorStatus.Failed, cases, detail);

    /// <summary>Nobody knows the file.</summary>
    public static VectorResult Skipped(string why) => new(VectorStatus.Skipped, 0, why);
}
