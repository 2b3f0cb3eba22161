namespace KvCompose.Reference;

/// <summary>
/// H2O during decode for one head: attention keeps being collected, and when the cache is over its capacity the token that
/// collected least, the recent ones excepted, leaves.
/// </summary>
/// <remarks>Source: as <see cref="H2o"/>, algorithm 1.</remarks>
public sealed class H2oDecode
{
    private readonly List<int> _positions;
    private readonly List<double> _collected;
    private readonly int _capacity;
    private readonly int _recent;

    /// <summary>Starts with what prefill kept.</summary>
    /// <param name="positions">Kept positions.</param>
    /// <param name="collected">What each of them collected so far.</param>
    /// <param name="capacity">Most tokens held after a step.</param>
    /// <param name="recent">Last tokens that never leave; below the capacity.</param>
    public H2oDecode(ReadOnlySpan<int> positions, ReadOnlySpan<double> collected, int capacity, int recent)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(recent);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(capacity, recent);
        if (positions.Length != collected.Length)
        {
            throw new ArgumentException($"{positions.Length} positions, but {collected.Length} collected scores");
        }

        int[] sorted = positions.ToArray();
        double[] scores = collected.ToArray();
        Array.Sort(sorted, scores);
        _positions = [.. sorted];
        _collected = [.. scores];
        (_capacity, _recent) = (capacity, recent);
    }

    /// <summary>Positions held, ascending.</summary>
    public IReadOnlyList<int> Positions => _positions;

    /// <summary>What each held token collected.</summary>
    public IReadOnlyList<double> Collected => _collected;

    /// <summary>Appends the new token, adds this step's attention over all held tokens, and evicts down to the capacity.</summary>
    /// <param name="position">Position of the new token, above all held ones.</param>
    /// <param name="probabilities">This step's attention over the held tokens in order of position, the new one last.</param>
    /// <returns>Positions that left, in order of leaving. Of equal scores the higher position leaves.</returns>
    public int[] Step(int position, ReadOnlySpan<double> probabilities)
    {
        if (probabilities.Length != _positions.Count + 1)
        {
            throw new ArgumentException($"{probabilities.Length} probabilities for {_positions.Count + 1} tokens");
        }

        _positions.Add(position);
        _collected.Add(0);
        for (int i = 0; i < probabilities.Length; i++)
        {
            _collected[i] += probabilities[i];
        }

        var left = new List<int>();
        while (_positions.Count > _capacity)
        {
            int candidates = _positions.Count - _recent;
            int worst = Ranking.Top(_collected.Take(candidates).ToArray(), candidates)[^1];
            left.Add(_positions[worst]);
            _positions.RemoveAt(worst);
            _collected.RemoveAt(worst);
        }

        return [.. left];
    }
}
