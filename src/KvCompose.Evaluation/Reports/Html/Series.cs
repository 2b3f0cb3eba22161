namespace KvCompose.Evaluation;

/// <summary>
/// The colour and the marker of every pipeline, the same in all pictures. Both together tell fifty-five apart; the first, the baseline, has its
/// colour to itself.
/// </summary>
internal sealed class Series(EvaluationSummary summary)
{
    private const int Colours = 11;
    private const int Shapes = 5;

    private readonly string[] _pipelines = [.. summary.Rows.Select(row => row.Pipeline).Distinct()];

    /// <summary>Pipelines in the order of the table.</summary>
    public IReadOnlyList<string> Pipelines => _pipelines;

    /// <summary>The class that colours what belongs to a pipeline.</summary>
    public string Class(string pipeline) => Array.IndexOf(_pipelines, pipeline) is > 0 and int index ? $"s{1 + ((index - 1) % Colours)}" : "s0";

    /// <summary>A marker around a point, with what it says when pointed at.</summary>
    public Markup Marker(string pipeline, double x, double y, string label)
    {
        const double r = 5;
        var markup = new Markup();
        FormattableString shape = (Array.IndexOf(_pipelines, pipeline) % Shapes) switch
        {
            0 => $"M{x - r},{y} a{r},{r} 0 1 0 {2 * r},0 a{r},{r} 0 1 0 {-2 * r},0 Z",
            1 => $"M{x - r},{y - r} h{2 * r} v{2 * r} h{-2 * r} Z",
            2 => $"M{x},{y - r - 1} L{x + r + 1},{y + r} L{x - r - 1},{y + r} Z",
            3 => $"M{x},{y + r + 1} L{x + r + 1},{y - r} L{x - r - 1},{y - r} Z",
            _ => $"M{x},{y - r - 2} L{x + r + 2},{y} L{x},{y + r + 2} L{x - r - 2},{y} Z",
        };
        string path = new Markup().Add(shape).ToString().Trim();
        return markup.Add($"<path class=\"marker {Class(pipeline)}\" d=\"{path}\"><title>{label}</title></path>");
    }

    /// <summary>The names with their markers.</summary>
    public Markup Legend()
    {
        var markup = new Markup().Add($"<ul class=\"legend\">");
        foreach (string pipeline in _pipelines)
        {
            markup.Add($"<li><svg width=\"18\" height=\"18\" aria-hidden=\"true\">{Marker(pipeline, 9, 9, pipeline)}</svg>{pipeline}</li>");
        }

        return markup.Add($"</ul>");
    }
}
