namespace KvCompose.Evaluation;

/// <summary>A grid of numbers, each on a ground that is the stronger the larger it is.</summary>
internal static class HeatMap
{
    private const double CellWidth = 52, CellHeight = 24, Left = 76, Top = 22;

    /// <param name="title">What it shows.</param>
    /// <param name="columns">Heads of the columns.</param>
    /// <param name="rows">Heads of the rows.</param>
    /// <param name="value">The number at row and column, or null where there is none.</param>
    /// <param name="most">The number with the strongest ground.</param>
    /// <param name="text">How a number is written.</param>
    public static Markup Picture(
        string title, IReadOnlyList<string> columns, IReadOnlyList<string> rows, Func<int, int, double?> value, double most, Func<double, string> text)
    {
        double width = Left + (columns.Count * CellWidth), height = Top + (rows.Count * CellHeight);
        var markup = new Markup().Add(
            $"<svg class=\"map\" role=\"img\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" aria-label=\"{title}\"><title>{title}</title>");
        for (int column = 0; column < columns.Count; column++)
        {
            markup.Add($"<text class=\"tick middle\" x=\"{Left + ((column + 0.5) * CellWidth)}\" y=\"{Top - 7}\">{columns[column]}</text>");
        }

        for (int row = 0; row < rows.Count; row++)
        {
            double y = Top + (row * CellHeight);
            markup.Add($"<text class=\"tick end\" x=\"{Left - 8}\" y=\"{y + 16}\">{rows[row]}</text>");
            for (int column = 0; column < columns.Count; column++)
            {
                double x = Left + (column * CellWidth);
                double? number = value(row, column);
                double strength = number is { } held && most > 0 ? 0.04 + (0.76 * Math.Clamp(held / most, 0, 1)) : 0;
                markup.Add($"<rect class=\"heat\" x=\"{x + 1}\" y=\"{y + 1}\" width=\"{CellWidth - 2}\" height=\"{CellHeight - 2}\" rx=\"3\" fill-opacity=\"{strength}\"/>");
                markup.Add($"<text class=\"value middle\" x=\"{x + (CellWidth / 2)}\" y=\"{y + 16}\">{(number is { } shown ? text(shown) : "")}</text>");
            }
        }

        return markup.Add($"</svg>");
    }
}
