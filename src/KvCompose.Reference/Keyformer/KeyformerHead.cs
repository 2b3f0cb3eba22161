namespace KvCompose.Reference.Keyformer;

/// <summary>Settings of Keyformer, in counts of the prompt.</summary>
/// <param name="Keys">Older keys that stay.</param>
/// <param name="Recent">Newest keys that stay.</param>
/// <param name="Temperature">τ₀.</param>
/// <param name="TemperatureStep">δ, added at every step.</param>
/// <param name="ReferenceExact">The published code: the key that leaves the recent ones belongs to neither set and goes.</param>
public sealed record KeyformerSettings(int Keys, int Recent, double Temperature, double TemperatureStep, bool ReferenceExact)
{
    /// <summary>⌊n·cache/100⌋ keys in all, of which ⌊·recent/100⌋ recent.</summary>
    public static (int Keys, int Recent) Counts(int rows, int cachePercent, int recentPercent)
    {
        int all = rows * cachePercent / 100, recent = all * recentPercent / 100;
        return (all - recent, recent);
    }
}

/// <summary>Keyformer for one key-value head: attention collected under noise and a rising temperature chooses the key tokens.</summary>
/// <remarks>
/// f_j += softmax((logits + noise)/τ_t) of every query, τ_t = τ₀ + step·δ, summed over the group; the newest keys and the best of the
/// older ones stay. Source: Adnan et al., "Keyformer: KV Cache Reduction through Key Tokens Selection for Efficient Generative
/// Inference", arXiv 2403.09054.
/// </remarks>
public sealed class KeyformerHead(KeyformerSettings settings)
{
    private readonly List<(int Position, double[] Key)> _held = [];
    private readonly Dictionary<int, double> _scores = [];
    private int _steps;

    /// <summary>Positions held, ascending.</summary>
    public int[] Positions => [.. _held.Select(key => key.Position)];

    /// <summary>f of the held keys.</summary>
    public double[] Scores => [.. _held.Select(key => _scores[key.Position])];

    /// <summary>The prompt; then evicts.</summary>
    /// <param name="queries">[G][n][d].</param>
    /// <param name="keys">[n][d].</param>
    /// <param name="noise">[G][n][n] by query and key; null for none.</param>
    public void Prompt(double[][][] queries, double[][] keys, double[][][]? noise)
    {
        for (int row = 0; row < keys.Length; row++)
        {
            _held.Add((row, keys[row]));
            _scores[row] = 0;
            Add([.. queries.Select(head => head[row])], noise is null ? null : [.. noise.Select(head => head[row])]);
        }

        Evict(keys.Length);
    }

    /// <summary>One step; returns the positions that go.</summary>
    /// <param name="queries">[G][d].</param>
    /// <param name="key">[d].</param>
    /// <param name="position">Position of the token.</param>
    /// <param name="noise">[G][position + 1]; null for none.</param>
    public int[] Step(double[][] queries, double[] key, int position, double[][]? noise)
    {
        _steps++;
        _held.Add((position, key));
        _scores[position] = 0;
        Add(queries, noise);
        return Evict(position + 1);
    }

    private void Add(double[][] queries, double[][]? noise)
    {
        double temperature = settings.Temperature + _steps * settings.TemperatureStep;
        for (int member = 0; member < queries.Length; member++)
        {
            double scale = 1 / Math.Sqrt(queries[member].Length);
            double[] weights = Numbers.Softmax([.. _held.Select(key
                => (Numbers.Dot(queries[member], key.Key) * scale + (noise?[member][key.Position] ?? 0)) / temperature)]);
            for (int j = 0; j < weights.Length; j++)
            {
                _scores[_held[j].Position] += weights[j];
            }
        }
    }

    private int[] Evict(int seen)
    {
        int older = seen - settings.Recent, recent = settings.ReferenceExact ? older + 1 : older;
        int[] candidates = [.. Positions.Where(position => position < older)];
        int[] chosen = [.. Ranking.Top([.. candidates.Select(position => _scores[position])], Math.Min(settings.Keys, candidates.Length))
            .Select(index => candidates[index])];
        int[] gone = [.. Positions.Where(position => position < recent && !chosen.Contains(position))];
        _held.RemoveAll(key => gone.Contains(key.Position));
        return gone;
    }
}
