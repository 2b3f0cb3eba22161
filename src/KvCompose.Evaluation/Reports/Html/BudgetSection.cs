namespace KvCompose.Evaluation;

/// <summary>How many tokens every head kept: layers against key-value heads, one map per pipeline.</summary>
internal static class BudgetSection
{
    public static Markup Write(IReadOnlyCollection<CellResult> cells, Series series)
    {
        var markup = new Markup().Add($"<section><h2>Budgets of layers and heads</h2>");
        markup.Add($"<p>Tokens that each key-value head held after the prefill of the first text of the longest length. Colours compare the heads of one map; its table has the sums of the layers.</p>");
        bool open = true;
        foreach (IGrouping<double, CellResult> budget in cells.GroupBy(cell => cell.Key.Budget).OrderBy(group => group.Key == 1).ThenByDescending(group => group.Key))
        {
            string title = budget.Key == 1 ? "Everything kept" : $"Budget {Figures.Percent(budget.Key)}";
            markup.Add($"<details class=\"group\"{(open ? new Markup().Add($" open") : new Markup())}><summary>{title}</summary><div class=\"maps\">");
            foreach (string pipeline in series.Pipelines.Where(pipeline => budget.Any(cell => cell.Key.Pipeline == pipeline)))
            {
                Map(markup, pipeline, title, budget.Where(cell => cell.Key.Pipeline == pipeline)
                    .OrderByDescending(cell => cell.Key.Length).ThenBy(cell => cell.Key.Mode).ThenBy(cell => cell.Key.Task, StringComparer.Ordinal).First().KeptOfHead);
            }

            markup.Add($"</div></details>");
            open = false;
        }

        return markup.Add($"</section>");
    }

    private static void Map(Markup markup, string pipeline, string title, int[][] kept)
    {
        int heads = kept.Max(layer => layer.Length);
        string[] columns = [.. Enumerable.Range(0, heads).Select(head => $"head {head}")];
        string[] rows = [.. kept.Select((_, layer) => $"layer {layer}")];
        double? Tokens(int layer, int head) => head < kept[layer].Length ? kept[layer][head] : null;
        double most = kept.Max(layer => layer.DefaultIfEmpty().Max());
        markup.Add($"<figure><figcaption>{pipeline}</figcaption>{HeatMap.Picture($"{pipeline}: tokens kept by layer and head. {title}.", "key-value head", columns, "layer", rows, Tokens, most, Figures.Number)}");
        markup.FoldedTable(
            $"{pipeline}, tokens kept", ["layer", .. columns, "sum"],
            rows.Select((row, layer) => (string[])[row, .. columns.Select((_, head) => Figures.Number(Tokens(layer, head) ?? 0)), Figures.Number(kept[layer].Sum())]));
        markup.Add($"</figure>");
    }
}
