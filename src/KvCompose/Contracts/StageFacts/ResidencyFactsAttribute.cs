namespace KvCompose;

/// <summary>Facts of a residency (<see cref="IResidency{TSelf}"/>, <see cref="IRetrieval{TSelf, TTier}"/>).</summary>
public sealed class ResidencyFactsAttribute : StageFactsAttribute
{
    /// <summary>How a stage that brings pages in ranks them, unless an option decides.</summary>
    public PageRanking PageRanking { get; set; }

    /// <summary>Heads whose left-out tokens the residency places, unless an option decides. It is told of no other heads.</summary>
    public HeadRoles Serves { get; set; } = HeadRoles.Compressed | HeadRoles.Pivot | HeadRoles.Satellite;
}
