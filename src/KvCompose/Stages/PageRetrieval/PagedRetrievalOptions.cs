using KvCompose.Residency.Pages;

namespace KvCompose;

/// <summary>Turns the options of a page-retrieval stage into the settings of its tier.</summary>
internal static class PagedRetrievalOptions
{
    /// <summary>The settings of the tier.</summary>
    /// <param name="options">The stage's options.</param>
    /// <param name="index">How the stage forms and ranks its pages.</param>
    public static PageRetrievalSettings Settings<TStage>(in TStage options, PageIndexSettings index)
        where TStage : unmanaged, IPagedRetrieval
        => new()
        {
            Tokens = options.Tokens,
            Window = options.Window,
            DenseLayers = options.DenseLayers,
            ReuseGroup = options.ReuseGroup,
            Prefetch = options.Prefetch,
            Format = options.HostPages,
            LimitBytes = (long)options.HostMebibytes << 20,
            DiskBytes = (long)options.DiskMebibytes << 20,
            MeasureRecall = options.MeasureRecall,
            Index = index,
        };
}
