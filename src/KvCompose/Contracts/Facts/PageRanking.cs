namespace KvCompose;

/// <summary>How pages are ranked for a query. Any ranking goes with any <c>PageFormation</c>.</summary>
public enum PageRanking
{
    /// <summary>log Σ exp(q·k/√d) over the keys of a page: the attention mass that it holds.</summary>
    LogSumExp,

    /// <summary>The largest q·k of a page's keys (IceCache as published).</summary>
    ExactMax,

    /// <summary>q · mean key.</summary>
    Centroid,

    /// <summary>Σ_i max(q_i min_i, q_i max_i) over the channel-wise extremes: an upper bound of q·k (Quest).</summary>
    Quest,

    /// <summary>Σ_i q_i mid_i + |q_i| r_i, where r_i is the channel's mean deviation from the middle of its extremes (ArkVale).</summary>
    ArkVale,
}
