using System.Globalization;
using System.Text.RegularExpressions;
using KvCompose.Benchmarks.Pipelines;
using KvCompose.Threading;

namespace KvCompose.Benchmarks.Quick;

/// <summary>
/// The figures of the group <c>composition</c>: what a decode step costs when methods stand together, over the slowest of them alone, all timed in turn;
/// and how many combinations of the built-in stages are accepted and refused.
/// </summary>
internal static partial class CompositionFigures
{
    private const int Depth = 8192;
    private const int Layers = 4;
    private const int Heads = 4;
    private const int Group = 4;
    private const int HeadDim = 64;
    private const int TopicTokens = 64;
    private const int Rounds = 40;

    /// <summary>Of the prompt over all heads, the full half of them included: a quarter of it stays under each other head.</summary>
    private const double Ratio = 0.625;

    /// <summary>Steps of one measurement: whole topics where a change of the topic moves tokens.</summary>
    private const int ShortBlock = 16;

    public static IEnumerable<(string Name, double Value)> Measure()
    {
        using var workers = new WorkerPool(1);
        var model = new DriftingModel(new TransformerShape(Layers, Heads * Group, Heads, HeadDim, 16, 16, 4 * Depth), workers, TopicTokens);
        yield return ("hybridStepRatio", StepRatio(
            ShortBlock, Hybrid64.Open(model), Propagating64.Open(model), Cake64.Open(model), AdaKv64.Open(model), HalfSnap64.Open(model)));

        HeadProfile profile = Profile();
        yield return ("residenciesStepRatio", StepRatio(
            TopicTokens, HeteroIce64.Open(model, new() { Profile = profile, HeadRole = new() { Ratio = Ratio } }),
            Hetero64.Open(model, new() { Profile = profile, HeadRole = new() { Ratio = Ratio } }), Ice64.Open(model)));

        int[] counts = Counts();
        yield return ("combinations", counts[0]);
        yield return ("accepted", counts[1]);
        yield return ("refused", counts[2]);
    }

    /// <summary>A pivot with two satellites and a volatile head in every layer.</summary>
    private static HeadProfile Profile() => new(
        Enumerable.Repeat<HeadClass[]>([HeadClass.Pivot, HeadClass.Volatile, HeadClass.Satellite, HeadClass.Satellite], Layers),
        Enumerable.Repeat<double[]>([-1, -1, 1, 1], Layers),
        Enumerable.Repeat<PivotGroup[]>([new PivotGroup(0, 2, 3)], Layers));

    /// <summary>Median time of the hybrid's steps over that of the slowest part's; the sessions take turns, so that a drift of the machine meets all.</summary>
    private static double StepRatio(int steps, KvSession hybrid, params KvSession[] parts)
    {
        KvSession[] sessions = [hybrid, .. parts];
        try
        {
            foreach (KvSession session in sessions)
            {
                session.Prefill(new int[Depth]);
                Decode(session, steps);
            }

            var seconds = new double[sessions.Length][];
            for (int session = 0; session < sessions.Length; session++)
            {
                seconds[session] = new double[Rounds];
            }

            for (int round = 0; round < Rounds; round++)
            {
                for (int session = 0; session < sessions.Length; session++)
                {
                    seconds[session][round] = Timing.Seconds(() => Decode(sessions[session], steps));
                }
            }

            double[] medians = [.. seconds.Select(Timing.Median)];
            return medians[0] / medians[1..].Max();
        }
        finally
        {
            Array.ForEach(sessions, static session => session.Dispose());
        }
    }

    private static void Decode(KvSession session, int steps)
    {
        int[] token = [1];
        for (int step = 0; step < steps; step++)
        {
            session.Step(token);
        }
    }

    /// <summary>All combinations, the accepted and the refused ones: the page that the tests keep current says so.</summary>
    private static int[] Counts()
    {
        using Stream page = typeof(CompositionFigures).Assembly.GetManifestResourceStream("compatibility.md")!;
        using var reader = new StreamReader(page);
        Match found = CountsLine().Match(reader.ReadToEnd());
        return [.. found.Groups.Values.Skip(1).Select(static number => int.Parse(number.Value, CultureInfo.InvariantCulture))];
    }

    [GeneratedRegex(@"^(\d+) combinations: (\d+) accepted, (\d+) refused\.", RegexOptions.Multiline)]
    private static partial Regex CountsLine();
}
