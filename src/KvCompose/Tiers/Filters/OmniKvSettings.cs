namespace KvCompose.Tiers.Filters;

/// <summary>What the options of <see cref="OmniKv"/> mean for a model.</summary>
/// <param name="options">The options.</param>
/// <param name="layers">L.</param>
/// <param name="filters">The filter layers, ascending.</param>
internal sealed class OmniKvSettings(OmniKv options, int layers, int[] filters)
{
    /// <summary>For every layer the filter layer that it follows; −1 for one that holds every token.</summary>
    public int[] Followed { get; } = FollowedBy(layers, filters, options.WaitLayers);

    /// <summary>Whether a layer chooses for others.</summary>
    public bool IsFilter(int layer) => Array.IndexOf(filters, layer) >= 0;

    /// <summary>The window of a filter layer; null where only the step's own query counts.</summary>
    public QueryWindow? NewWindow() => options.Selector switch
    {
        FilterSelector.Uniform => new QueryWindow(options.Window, 1),
        FilterSelector.Exponential => new QueryWindow(options.Window, 0.5f),
        _ => null,
    };

    /// <summary>Queries at the end of the prompt that a window begins with.</summary>
    /// <param name="observed">Queries that the selection observes.</param>
    public int PromptRows(int observed) => options.Selector == FilterSelector.Last ? 0 : Math.Min(observed, options.Window - 1);

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
