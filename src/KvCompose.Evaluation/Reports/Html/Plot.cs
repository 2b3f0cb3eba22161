namespace KvCompose.Evaluation;

/// <summary>The frame of a plot: a logarithmic axis to the right, a linear one from 0 upwards, and the lines between them.</summary>
internal sealed class Plot
{
    private const double Width = 560, Height = 330, Left = 62, Right = 16, Top = 14, Bottom = 50;

    private const int MostSteps = 5;

    private readonly Markup _body = new();
    private readonly double _lowest, _highest, _top;

    /// <summary>Describes the axes.</summary>
    /// <param name="across">Values on the axis to the right, all positive.</param>
    /// <param name="top">The largest value upwards.</param>
    public Plot(IReadOnlyCollection<double> across, double top)
    {
        (_lowest, _highest) = (across.Min() / 1.15, across.Max() * 1.15);
        _top = top > 0 ? top : 1;
    }

    public double X(double value) => Left + ((Width - Left - Right) * Math.Log(value / _lowest) / Math.Log(_highest / _lowest));

    public double Y(double value) => Height - Bottom - ((Height - Top - Bottom) * value / _top);

    public Plot Add(FormattableString markup)
    {
        _body.Add(markup);
        return this;
    }

    public Plot Add(Markup markup) => Add($"{markup}");

    /// <summary>A line through points that are given in values.</summary>
    public Plot Line(string cssClass, IEnumerable<(double X, double Y)> points)
    {
        string path = string.Join(' ', points.Select((point, i) => Figures.Invariant($"{(i == 0 ? 'M' : 'L')}{X(point.X):0.##},{Y(point.Y):0.##}")));
        return Add($"<path class=\"line {cssClass}\" d=\"{path}\"/>");
    }

    /// <summary>The picture.</summary>
    /// <param name="title">What it shows.</param>
    /// <param name="xLabel">What the axis to the right is.</param>
    /// <param name="yLabel">What the axis upwards is.</param>
    /// <param name="ticks">Marks of the axis to the right.</param>
    /// <param name="xText">How they are written.</param>
    /// <param name="yText">How those of the axis upwards are written.</param>
    public Markup Picture(
        string title, string xLabel, string yLabel, IEnumerable<double> ticks, Func<double, string> xText, Func<double, string> yText)
    {
        var markup = new Markup().Add(
            $"<svg class=\"plot\" role=\"img\" viewBox=\"0 0 {Width} {Height}\" aria-label=\"{title}\"><title>{title}</title>");
        double step = RoundStep(_top / MostSteps);
        for (int i = 0; i * step <= _top; i++)
        {
            double y = Y(i * step);
            markup.Add($"<path class=\"grid\" d=\"M{Left},{y} H{Width - Right}\"/>");
            markup.Add($"<text class=\"tick end\" x=\"{Left - 8}\" y=\"{y + 4}\">{yText(i * step)}</text>");
        }

        double last = double.NegativeInfinity;
        foreach (double tick in ticks.Where(tick => tick >= _lowest && tick <= _highest))
        {
            double x = X(tick);
            markup.Add($"<path class=\"grid\" d=\"M{x},{Top} V{Height - Bottom}\"/>");
            if (x - last > 62)
            {
                markup.Add($"<text class=\"tick middle\" x=\"{x}\" y=\"{Height - Bottom + 17}\">{xText(tick)}</text>");
                last = x;
            }
        }

        double middle = (Top + Height - Bottom) / 2;
        markup.Add($"<text class=\"axis middle\" x=\"{(Left + Width - Right) / 2}\" y=\"{Height - 10}\">{xLabel}</text>");
        markup.Add($"<text class=\"axis middle\" transform=\"translate(14 {middle}) rotate(-90)\">{yLabel}</text>");
        return markup.Add($"{_body}</svg>");
    }

    /// <summary>The next of 1, 2, 2.5 and 5 times a power of ten.</summary>
    private static double RoundStep(double least)
    {
        double power = Math.Pow(10, Math.Floor(Math.Log10(least)));
        return power * Array.Find([1, 2, 2.5, 5, 10], (double digit) => digit * power >= least * (1 - 1e-9));
    }
}
