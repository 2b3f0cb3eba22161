using KvCompose.Reference;

namespace KvCompose.IntegrationTests.Oracle;

/// <summary>The plain OmniKV beside the plain transformer: everything stays cached, and layers that follow attend to what their filter layer chose.</summary>
internal sealed class OmniKvOracle(PlainModel model, int[] filters, int waitLayers, FilterSelector selector, int window) : IPlainSelector, IPlainRetrieval
{
    private readonly int[] _followed = Reference.OmniKv.Followed(model.Layers, filters, waitLayers);
    private readonly Dictionary<int, List<double[]>> _rows = [];
    private readonly Dictionary<int, HashSet<int>> _chosen = [];
    private readonly List<double[]> _keys = [];
    private readonly List<double[]> _queries = [];
    private int _tokens;
    private int _steps;

    /// <summary>Places that a head of a layer that follows has.</summary>
    public required int Places { get; init; }

    /// <summary>Queries at the end of the prompt that are observed.</summary>
    public int Observed { get; init; }

    /// <summary>Tokens at the end of the prompt that always stay.</summary>
    public int Tail { get; init; }

    /// <summary>Prompt tokens that a layer attended to in the last step; null for one that holds every token.</summary>
    public IReadOnlySet<int>? Chosen(int layer) => _followed[layer] < 0 ? null : _chosen[_followed[layer]];

    public PlainChoice Choose(int layer, int[] positions, float[] queries, float[] keys)
    {
        _tokens = positions.Length;
        if (filters.Contains(layer))
        {
            _rows[layer] = [];
            double[] wide = [.. keys.Select(static key => (double)key)];
            for (int row = _tokens - Math.Min(Observed, window - 1); row < _tokens; row++)
            {
                int own = row;
                double[] query = [.. Enumerable.Range(0, model.Heads.QueryHeads).SelectMany(head => queries
                    .AsSpan(((head * _tokens) + own) * model.Heads.HeadDim, model.Heads.HeadDim).ToArray()).Select(static x => (double)x)];
                _rows[layer].Add(Reference.OmniKv.Probabilities(model.Heads, query, wide, row + 1));
            }
        }

        return new PlainChoice(null, null);
    }

    public int[] Attended(int layer, int head, int[] positions, double[][] keys, ReadOnlySpan<double> queries)
    {
        if (_followed[layer] >= 0)
        {
            IReadOnlySet<int> chosen = Chosen(layer)!;
            return [.. Enumerable.Range(0, positions.Length).Where(index => positions[index] >= _tokens || chosen.Contains(positions[index]))];
        }

        if (head == 0)
        {
            _steps += layer == 0 ? 1 : 0;
            _keys.Clear();
            _queries.Clear();
        }

        _keys.Add([.. keys.Take(_tokens).SelectMany(static key => key)]);
        _queries.Add(queries.ToArray());
        if (filters.Contains(layer) && head == model.Heads.KeyValueHeads - 1)
        {
            _chosen[layer] = [.. Choice(layer, [.. _queries.SelectMany(static own => own)], [.. _keys.SelectMany(static own => own)])];
        }

        return [.. Enumerable.Range(0, positions.Length)];
    }

    private int[] Choice(int layer, double[] queries, double[] keys)
    {
        if (selector == FilterSelector.Last)
        {
            return Reference.OmniKv.Choose(Reference.OmniKv.Products(model.Heads, queries, keys), Places, Tail);
        }

        List<double[]> rows = _rows[layer];
        rows.Add(Reference.OmniKv.Probabilities(model.Heads, queries, keys, _tokens));
        double[] together = Reference.OmniKv.Together(rows.TakeLast(window).ToArray(), selector == FilterSelector.Uniform ? 1 : 0.5);
        return Reference.OmniKv.Choose(together, Places, Math.Max(Tail, window - _steps));
    }
}
