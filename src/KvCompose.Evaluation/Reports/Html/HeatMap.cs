namespace KvCompose.Evaluation;

/// <summary>A grid of numbers with named axes; larger numbers have a stronger colour.</summary>
internal static class HeatMap
{
    private const double CellWidth = 52, CellHeight = 24, Left = 76, Top = 40;

    /// <param name="title">What it shows.</param>
    /// <param name="columnAxis">What the columns are.</param>
    /// <param name="columns">Heads of the columns.</param>
    /// <param name="rowAxis">What the rows are.</param>
    /// <param name="rows">Heads of the rows.</param>
    /// <param name="value">The number at row and column, or null where there is none.</param>
    /// <param name="most">The number with the strongest ground.</param>
    /// <param name="text">How a number is written.</param>
    public static Markup Picture(
        string title, string columnAxis, IReadOnlyList<string> columns, string rowAxis, IReadOnlyList<string> rows, Func<int, int, double?> value, double most, Func<double, string> text)
    {
        double width = Left + (Math.Max(3, columns.Count) * CellWidth), height = Top + (rows.Count * CellHeight);
        var markup = new Markup().Add(
            $"<svg class=\"map\" role=\"img\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" aria-label=\"{title}\"><title>{title}</title>");
        markup.Add($"<text class=\"axis\" x=\"{Left}\" y=\"13\">{columnAxis} →</text><text class=\"axis end\" x=\"{Left - 8}\" y=\"{Top - 7}\">{rowAxis} ↓</text>");
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
