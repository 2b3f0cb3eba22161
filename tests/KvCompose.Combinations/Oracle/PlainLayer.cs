using KvCompose.Reference;

namespace KvCompose.Combinations.Oracle;

/// <summary>What the plain composition remembers of one layer of the prompt.</summary>
/// <param name="Positions">Positions of the tokens that reached it.</param>
/// <param name="Seen">What was observed in it.</param>
internal sealed record PlainLayer(int[] Positions, PlainObservation Seen)
{
    /// <summary>Tokens that reached it.</summary>
    public int Tokens => Positions.Length;

    /// <summary>[Hkv]: what the budgets allow a head, before what is always kept is looked at.</summary>
    public int[] Budgets { get; set; } = [];

    /// <summary>[Hkv]: the parts that heads play.</summary>
    public HeadRole[] Roles { get; set; } = [];

    /// <summary>[Hkv]: tokens that a head keeps; never rises.</summary>
    public int[] Kept { get; set; } = [];

    /// <summary>Rows that a head keeps: sinks, the best of the others in order of rank, window.</summary>
    public int[] Ranked(int head, int sinks, int window)
    {
        int first = Math.Min(sinks, Tokens), last = Math.Min(window, Tokens - first), others = Tokens - first - last;
        return
        [
            .. Enumerable.Range(0, first),
            .. Best(head, first, others, Kept[head] - first - last).Select(row => row + first),
            .. Enumerable.Range(Tokens - last, last),
        ];
    }

    private int[] Best(int head, int first, int others, int count)
    {
        double[] scores = Seen.Scores[head].AsSpan(first, others).ToArray();
        if (Seen.Refined is null || count == 0)
        {
            return Ranking.Top(scores, count);
        }

        int[] sure = Ranking.Top(scores, Seen.FirstStage > 0 ? Math.Min(count, Math.Max(1, (int)(count * Seen.FirstStage))) : 0);
        double[] refined = Seen.Refined[head].AsSpan(first, others).ToArray();
        Array.ForEach(sure, row => refined[row] = double.NegativeInfinity);
        return [.. sure, .. Ranking.Top(refined, count - sure.Length)];
    }
}
