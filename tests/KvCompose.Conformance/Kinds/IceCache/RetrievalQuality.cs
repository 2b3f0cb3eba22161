namespace KvCompose.Conformance.Kinds.IceCache;

/// <summary>Means over queries of what the selected tokens reach, by the names of the vectors.</summary>
public sealed class RetrievalQuality
{
    private readonly double[][] _rows;

    private RetrievalQuality(double[][] rows) => _rows = rows;

    /// <summary>Mean tokens held.</summary>
    public double Tokens => Mean(0);

    /// <summary>Share of the exact top-(16 · pages) tokens held.</summary>
    public double RecallOfBudget => Mean(1);

    /// <summary>Share of the exact top 16 held.</summary>
    public double RecallOf16 => Mean(2);

    /// <summary>Share of the exact top 64 held.</summary>
    public double RecallOf64 => Mean(3);

    /// <summary>Softmax mass held.</summary>
    public double Mass => Mean(4);

    /// <summary>Softmax mass of the exact top-(16 · pages) tokens.</summary>
    public double BestMass => Mean(5);

    /// <summary>Relative error of the attention output.</summary>
    public double Error => Mean(6);

    /// <summary>Relative error of attention over the exact top-(16 · pages) tokens.</summary>
    public double BestError => Mean(7);

    /// <summary>The tenth of the queries that holds least of the exact top-(16 · pages) holds at most this share.</summary>
    public double LowRecallOfBudget => LowTenth(1);

    /// <summary>The tenth of the queries that holds least mass holds at most this.</summary>
    public double LowMass => LowTenth(4);

    /// <summary>Measures the selections of the first <paramref name="queries"/> queries under a budget of pages of 16.</summary>
    public static RetrievalQuality Of(RetrievalData data, int queries, int pages, Func<int, IReadOnlySet<int>> select)
    {
        var rows = new double[queries][];
        Parallel.For(0, queries, query => rows[query] = Measure(data, query, select(query), pages));
        return new RetrievalQuality(rows);
    }

    private static double[] Measure(RetrievalData data, int query, IReadOnlySet<int> tokens, int pages)
    {
        int budget = 16 * pages;
        double mass = 0, best = 0;
        foreach (int token in tokens)
        {
            mass += data.Probabilities(query)[token];
        }

        int[] top = data.Top(query, budget).ToArray();
        foreach (int token in top)
        {
            best += data.Probabilities(query)[token];
        }

        return
        [
            tokens.Count, Recall(budget), Recall(16), Recall(Math.Min(64, budget)), mass, best,
            data.OutputError(query, tokens), data.OutputError(query, top),
        ];

        double Recall(int count)
        {
            ReadOnlySpan<int> wanted = data.Top(query, count);
            int held = 0;
            foreach (int token in wanted)
            {
                held += tokens.Contains(token) ? 1 : 0;
            }

            return (double)held / wanted.Length;
        }
    }

    /// <summary>The value below which a tenth of the queries lie, of one of the means' columns.</summary>
    private double LowTenth(int column)
    {
        double[] sorted = [.. _rows.Select(row => row[column]).Order()];
        double at = 0.1 * (sorted.Length - 1);
        int below = (int)at;
        return below + 1 < sorted.Length ? sorted[below] + (at - below) * (sorted[below + 1] - sorted[below]) : sorted[below];
    }

    private double Mean(int column) => _rows.Average(row => row[column]);
}
