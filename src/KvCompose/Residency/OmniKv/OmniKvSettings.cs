namespace KvCompose.Residency.OmniKv;

/// <summary>What an <see cref="OmniKvTier"/> does.</summary>
/// <param name="selector">What a filter layer chooses by.</param>
/// <param name="window">Latest queries that a window holds.</param>
/// <param name="waitLayers">Layers after a filter layer that hold every token as well.</param>
/// <param name="limitBytes">Bytes of host memory that may be held; 0 sets no limit.</param>
/// <param name="layers">L.</param>
/// <param name="filters">The filter layers, ascending.</param>
internal sealed class OmniKvSettings(FilterSelector selector, int window, int waitLayers, long limitBytes, int layers, int[] filters)
{
    /// <summary>What a filter layer chooses by.</summary>
    public FilterSelector Selector => selector;

    /// <summary>Bytes of host memory that may be held; 0 sets no limit.</summary>
    public long LimitBytes => limitBytes;

    /// <summary>For every layer the filter layer that it follows; −1 for one that holds every token.</summary>
    public int[] Followed { get; } = FollowedBy(layers, filters, waitLayers);

    /// <summary>Whether a layer chooses for others.</summary>
    public bool IsFilter(int layer) => Array.IndexOf(filters, layer) >= 0;

    /// <summary>The window of a filter layer; null where only the step's own query counts.</summary>
    public QueryWindow? NewWindow() => selector switch
    {
        FilterSelector.Uniform => new QueryWindow(window, 1),
        FilterSelector.Exponential => new QueryWindow(window, 0.5f),
        _ => null,
    };

    /// <summary>Queries at the end of the prompt that a window begins with.</summary>
    /// <param name="observed">Queries that the selection observes.</param>
    public int PromptRows(int observed) => selector == FilterSelector.Last ? 0 : Math.Min(observed, window - 1);

    private static int[] FollowedBy(int layers, int[] filters, int waitLayers)
    {
        var followed = new int[layers];
        int filter = -1;
        for (int layer = 0; layer < layers; layer++)
        {
            filter = filters.Contains(layer) ? layer : filter;
            followed[layer] = filter >= 0 && layer > filter + waitLayers ? filter : -1;
        }

        return followed;
    }
}
