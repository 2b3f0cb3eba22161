using System.Text.Json;

namespace KvCompose.Benchmarks.Quick;

/// <summary>Groups of figures that are quick to measure, printed as one JSON object.</summary>
internal static class QuickRun
{
    private static readonly Dictionary<string, Func<IEnumerable<(string Name, double Value)>>> Groups = new()
    {
        ["core"] = CoreFigures.Measure,
        ["heterocache"] = HeteroFigures.Measure,
        ["cake"] = CakeFigures.Measure,
        ["icecache"] = IceCacheFigures.Measure,
        ["fastkv"] = FastKvFigures.Measure,
        ["storage"] = StorageFigures.Measure,
        ["shapes"] = ShapeFigures.Measure,
        ["composition"] = CompositionFigures.Measure,
        ["weights"] = WeightFigures.Measure,
        ["threads"] = ThreadFigures.Measure,
    };

    /// <summary>Measures the named group, or all of them; <c>--record</c> appends the figures to the history. Returns the exit code.</summary>
    public static int Run(ReadOnlySpan<string> arguments)
    {
        bool record = false;
        string? wanted = null;
        foreach (string argument in arguments)
        {
            if (argument == "--record")
            {
                record = true;
            }
            else if (wanted is null && Groups.ContainsKey(argument))
            {
                wanted = argument;
            }
            else
            {
                Console.Error.WriteLine($"unknown group '{argument}'; known: {string.Join(", ", Groups.Keys)}, and --record");
                return 2;
            }
        }

        var figures = new Dictionary<string, double> { ["vectorBits"] = History.VectorBits };
        foreach ((string name, Func<IEnumerable<(string Name, double Value)>> measure) in Groups)
        {
            if (wanted is not null && wanted != name)
            {
                continue;
            }

            var own = new Dictionary<string, double>();
            foreach ((string figure, double value) in measure())
            {
                own[figure] = figures[figure] = Math.Round(value, 4);
            }

            if (record)
            {
                History.Append(name, own);
            }
        }

        Console.WriteLine(JsonSerializer.Serialize(figures));
        return 0;
    }
}
