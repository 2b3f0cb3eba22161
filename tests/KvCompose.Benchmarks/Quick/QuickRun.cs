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
        ["composition"] = CompositionFigures.Measure,
        ["weights"] = WeightFigures.Measure,
    };

    /// <summary>Measures the named group, or all of them; returns the exit code.</summary>
    public static int Run(string? group)
    {
        if (group is not null && !Groups.ContainsKey(group))
        {
            Console.Error.WriteLine($"unknown group '{group}'; known: {string.Join(", ", Groups.Keys)}");
            return 2;
        }

        var figures = new Dictionary<string, double>();
        foreach ((string name, Func<IEnumerable<(string, double)>> measure) in Groups)
        {
            if (group is not null && group != name)
            {
                continue;
            }

            foreach ((string figure, double value) in measure())
            {
                figures[figure] = Math.Round(value, 4);
            }
        }

        Console.WriteLine(JsonSerializer.Serialize(figures));
        return 0;
    }
}
