using KvCompose.Combinations.Catalogue;
using KvCompose.Reference;

namespace KvCompose.Combinations.Oracle;

/// <summary>The eviction of decode steps as <see cref="IDecodeEviction{TSelf}"/> words it.</summary>
internal sealed class PlainDecodeEviction(StageChoice selection, PlainPrompt prompt) : IPlainEviction
{
    private readonly IPlainRetention _retention = PlainStages.Retention(selection)!;
    private readonly Dictionary<(int Layer, int Head), Dictionary<int, double>> _collected = [];
    private readonly bool _collects = (selection.Facts.Observes & AttentionStatistics.CollectedProbabilities) != 0;

    /// <summary>
    /// What the session holds after the step, where its storage rounds: of tokens that are as good as equally worth the one that it chose stays. Null where
    /// nothing is rounded.
    /// </summary>
    public Func<int, int, int[]>? Rounded { get; set; }

    /// <inheritdoc/>
    public int[] Survivors(int layer, int head, int[] positions, double[][] probabilities)
        => Survivors(new PlainHead(layer, head, positions, probabilities, probabilities, []));

    /// <inheritdoc/>
    public int[] Survivors(PlainHead held)
    {
        (int layer, int head, int[] positions, double[][] probabilities, double[][] all, double[][] keys) = held;
        probabilities = selection.SharesScores ? all : probabilities;
        int sinks = selection.Option(OptionRole.Sinks, 0), window = selection.Option(OptionRole.Window, 0), now = positions[^1];
        PoolingOrder order = selection.Choice(OptionRole.PoolingOrder, PoolingOrder.None);
        double[] together = GroupReduce.Apply(probabilities, selection.Choice(OptionRole.Reduction, selection.Scoring.Reduction));
        if (_collects)
        {
            Collect(layer, head, positions, together);
        }

        int[] line = [.. Enumerable.Range(0, positions.Length).Where(index => positions[index] >= sinks && positions[index] <= now - window)];
        int[] protectedOnes = [.. Enumerable.Range(0, positions.Length).Except(line)];
        int capacity = Capacity(layer, head);
        int leave = capacity == 0 ? 0 : Math.Min(positions.Length - capacity, line.Length);
        if (leave <= 0)
        {
            return [.. Enumerable.Range(0, positions.Length)];
        }

        line = order == PoolingOrder.Physical ? line : [.. line.OrderBy(index => positions[index])];
        double[] norms = [.. keys.Select(key => Numbers.Norm(key))], anchor = Numbers.Mean([.. keys.Select((key, i) => key.Select(x => x / norms[i]).ToArray())]);
        double[] cosines = [.. keys.Select(key => Numbers.Cosine(key, anchor))];
        double[] retained = _collects
            ? [.. line.Select(index => Retain(positions[index], now, together[index], _collected[(layer, head)][positions[index]], 0, 0))]
            : GroupReduce.Apply(
                [.. probabilities.Select(member => Pooled([.. line.Select(index => Retain(positions[index], now, member[index], 0, norms[index], cosines[index]))], order))],
                selection.Choice(OptionRole.Reduction, selection.Scoring.Reduction));
        int[] stays = [.. Choice(retained, line.Length - leave, line, positions, Rounded?.Invoke(layer, head)).Select(rank => line[rank])];

        // Storage order is the line that the next step pools along: ranked, or by position; the window last.
        int[] others = order == PoolingOrder.Physical ? stays : [.. stays.Order()];
        return [.. protectedOnes.Where(index => positions[index] < sinks), .. others, .. protectedOnes.Where(index => positions[index] >= sinks)];
    }

    /// <summary>What a token of an appended chunk gave to the tokens that it saw: they collect it, and none leaves.</summary>
    public void Observe(int layer, int head, int[] positions, double[][] probabilities)
    {
        if (_collects)
        {
            Collect(layer, head, positions, GroupReduce.Apply(probabilities, selection.Choice(OptionRole.Reduction, selection.Scoring.Reduction)));
        }
    }

    /// <summary>The ranks that stay, best first; another choice counts as well if only what lies within a fiftieth of the border differs.</summary>
    private static int[] Choice(double[] retained, int count, int[] line, int[] positions, int[]? held)
    {
        int[] best = Ranking.Top(retained, count);
        if (held is null || count == 0)
        {
            return best;
        }

        double border = best.Min(rank => retained[rank]), margin = Math.Abs(border) / 50;
        HashSet<int> kept = [.. held];
        int[] other = [.. Enumerable.Range(0, line.Length).Where(rank => kept.Contains(positions[line[rank]])).OrderByDescending(rank => retained[rank])];
        bool close = other.Length == count
            && other.All(rank => retained[rank] >= border - margin)
            && Enumerable.Range(0, line.Length).Except(other).All(rank => retained[rank] <= border + margin);
        return close ? other : best;
    }

    private double Retain(int position, int now, double probability, double collected, double norm, double cosine)
        => _retention.Retain(new ResidentToken
        {
            Position = position,
            StepPosition = now,
            Probability = (float)probability,
            Collected = (float)collected,
            KeyNorm = (float)norm,
            AnchorCosine = (float)cosine,
        });

    private double[] Pooled(double[] line, PoolingOrder order)
        => Pooling.Apply(
            line, order == PoolingOrder.None ? PoolingKind.None : selection.Choice(OptionRole.Pooling, selection.Scoring.Pooling),
            selection.Option(OptionRole.PoolingKernel, selection.Scoring.PoolingKernel));

    /// <summary>Tokens that a head may hold; 0 for one that never evicts.</summary>
    private int Capacity(int layer, int head)
    {
        PlainLayer done = prompt.Layers[layer];
        if (done.Roles[head] is HeadRole.Full or HeadRole.Pivot)
        {
            return 0;
        }

        int budget = prompt.Capacities[layer] > 0 ? prompt.Capacities[layer] : done.Budgets[head];
        return Math.Max(budget, Math.Max(1, selection.Option(OptionRole.Sinks, 0) + selection.Option(OptionRole.Window, 0)));
    }

    private void Collect(int layer, int head, int[] positions, double[] together)
    {
        if (!_collected.TryGetValue((layer, head), out Dictionary<int, double>? collected))
        {
            PlainLayer done = prompt.Layers[layer];
            _collected[(layer, head)] = collected = Enumerable.Range(0, done.Tokens).ToDictionary(row => done.Positions[row], row => done.Seen.Scores[head][row]);
        }

        for (int i = 0; i < positions.Length; i++)
        {
            collected[positions[i]] = collected.GetValueOrDefault(positions[i]) + together[i];
        }
    }
}
