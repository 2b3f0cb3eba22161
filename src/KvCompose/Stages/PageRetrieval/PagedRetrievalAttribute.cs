namespace KvCompose;

/// <summary>Declares a stage with the options of <see cref="IPagedRetrieval"/>.</summary>
/// <typeparam name="TStage">The stage.</typeparam>
public abstract class PagedRetrievalAttribute<TStage> : ResidencyAttribute<TStage>
    where TStage : unmanaged, IPagedRetrieval
{
    /// <inheritdoc cref="IPagedRetrieval.Tokens"/>
    public int Tokens { get; set; }

    /// <inheritdoc cref="IPagedRetrieval.Window"/>
    public int Window { get; set; }

    /// <inheritdoc cref="IPagedRetrieval.DenseLayers"/>
    public int DenseLayers { get; set; }

    /// <inheritdoc cref="IPagedRetrieval.ReuseGroup"/>
    public int ReuseGroup { get; set; }

    /// <inheritdoc cref="IPagedRetrieval.Prefetch"/>
    public bool Prefetch { get; set; }

    /// <inheritdoc cref="IPagedRetrieval.Heads"/>
    public HeadRoles Heads { get; set; }

    /// <inheritdoc cref="IPagedRetrieval.HostPages"/>
    public HostPageFormat HostPages { get; set; }

    /// <inheritdoc cref="IPagedRetrieval.HostMebibytes"/>
    public int HostMebibytes { get; set; }

    /// <inheritdoc cref="IPagedRetrieval.DiskMebibytes"/>
    public int DiskMebibytes { get; set; }

    /// <inheritdoc cref="IPagedRetrieval.MeasureRecall"/>
    public bool MeasureRecall { get; set; }
}
