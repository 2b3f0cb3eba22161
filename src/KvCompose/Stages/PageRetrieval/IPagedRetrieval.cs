namespace KvCompose;

/// <summary>Options of the stages that keep host pages and bring them in. A stage implements them by properties; what is an option, and its bounds, stands here.</summary>
public interface IPagedRetrieval
{
    /// <summary>Tokens that a key-value head has brought in at any step.</summary>
    [StageOption(192, Minimum = 16, Maximum = 1_048_576, Role = OptionRole.Retrieved, RunTime = true)]
    int Tokens { get; }

    /// <summary>Decoded tokens, the latest, that stay resident. Older ones enter the host pages, 16 at a time.</summary>
    [StageOption(32, Minimum = 16, Maximum = 65_536)]
    int Window { get; }

    /// <summary>The first layers, whose tokens all stay resident.</summary>
    [StageOption(2, Minimum = 0, Maximum = 1024, Role = OptionRole.DenseLayers, RunTime = true)]
    int DenseLayers { get; }

    /// <summary>
    /// Layers that follow each other and use pages and choice of the first of them, each with keys and values of its own; counted from the dense layers on.
    /// The selection must leave the same tokens out in all of them. 1 lets every layer choose for itself.
    /// </summary>
    [StageOption(1, Minimum = 1, Maximum = 64, Role = OptionRole.ReuseGroup)]
    int ReuseGroup { get; }

    /// <summary>Whether the pages that the next layer of a <see cref="ReuseGroup"/> misses are fetched on a thread of their own while this layer computes.</summary>
    [StageOption(false, Role = OptionRole.Prefetch)]
    bool Prefetch { get; }

    /// <summary>Heads whose left-out tokens become pages: those that keep what their budget allows, unless stated.</summary>
    [StageOption(HeadRoles.Compressed | HeadRoles.Satellite, Role = OptionRole.Serves)]
    HeadRoles Heads { get; }

    /// <summary>How the host keeps its pages; they are ranked by what attention will see.</summary>
    [StageOption(HostPageFormat.Fp32, Role = OptionRole.HostPages)]
    HostPageFormat HostPages { get; }

    /// <summary>Mebibytes that the host pages of a session may take; 0 sets no limit.</summary>
    [StageOption(0, Minimum = 0, Maximum = 1_073_741_824, RunTime = true)]
    int HostMebibytes { get; }

    /// <summary>Mebibytes of host pages that go into a page file when <see cref="HostMebibytes"/> are taken; 0 for no file.</summary>
    [StageOption(0, Minimum = 0, Maximum = 1_073_741_824, RunTime = true)]
    int DiskMebibytes { get; }

    /// <summary>Whether every choice of pages is compared with the best tokens, for <see cref="TierUsage.Recall"/>. Looks at every key, so decoding slows down.</summary>
    [StageOption(false, RunTime = true)]
    bool MeasureRecall { get; }
}
