namespace KvCompose;

/// <summary>
/// DuoAttention: of the model's key-value heads the share with the lowest gates, as an offline table says, streams: it keeps the sinks of
/// the selection (<see cref="StreamingLlm"/>; published: 128) and the most recent tokens. The others keep every token. A table of query heads is
/// averaged over the group. With <see cref="StreamingLlm.Evict"/> decoded tokens roll through the recent ones of a streaming head, as published;
/// without it every head keeps them, as kvpress does. Source: Xiao et al., "DuoAttention: Efficient Long-Context LLM Inference with Retrieval and Streaming
/// Heads", ICLR 2025, arXiv 2410.10819.
/// </summary>
[HeadRoleFacts(
    Provides = StageProducts.LayerBudgets | StageProducts.HeadBudgets,
    Layout = CacheLayout.Ragged,
    Profile = ProfileKind.HeadScores,
    WholePrompt = true,
    Source = "arXiv 2410.10819")]
public readonly struct DuoAttentionHeads : IHeadRole<DuoAttentionHeads>
{
    /// <summary>Share of the model's heads that stream; published: 0.5 where heads are shared by a group, 0.75 where they are not.</summary>
    [StageOption(0.5, Minimum = 0, Maximum = 1, RunTime = true)]
    public double Sparsity { get; init; }

    /// <summary>Most recent tokens that a streaming head keeps beside the sinks.</summary>
    [StageOption(256, Minimum = 1, Maximum = 1 << 30, RunTime = true)]
    public int Recent { get; init; }

    /// <summary>Replaces every gate by 1 where its key-value head keeps every token, by 0 where it streams.</summary>
    /// <exception cref="ArgumentException">A gate is not a number.</exception>
    public static void Prepare(in DuoAttentionHeads options, HeadScoreTable table)
    {
        int group = table.HeadsPerLayer / table.KeyValueHeads;
        var gates = new double[table.Scores.Length / group];
        for (int i = 0; i < table.Scores.Length; i++)
        {
            gates[i / group] += table.Scores[i] / group;
        }

        if (Array.Exists(gates, double.IsNaN))
        {
            throw new ArgumentException("DuoAttention: a gate of the head table is not a number");
        }

        // The quantile of N different gates at sparsity s lies at rank s·(N − 1): the heads that are not below it retrieve. Of equal gates the earlier counts as larger.
        var order = new int[gates.Length];
        for (int head = 0; head < order.Length; head++)
        {
            order[head] = head;
        }

        Array.Sort(order, (a, b) => gates[a] != gates[b] ? gates[b].CompareTo(gates[a]) : a.CompareTo(b));
        int retrieving = options.Sparsity <= 0 ? gates.Length
            : options.Sparsity >= 1 ? 0
            : gates.Length - (int)Math.Ceiling(options.Sparsity * (gates.Length - 1));
        table.Scores.Clear();
        foreach (int head in order.AsSpan(0, retrieving))
        {
            table.Scores.Slice(head * group, group).Fill(1);
        }
    }

    /// <inheritdoc/>
    public static void Assign(in DuoAttentionHeads options, in HeadBudgetContext context, Span<HeadRole> roles, Span<int> budgets)
    {
        int group = context.ScoredHeads / budgets.Length;
        for (int head = 0; head < budgets.Length; head++)
        {
            if (context.HeadScores[(context.Layer * context.ScoredHeads) + (head * group)] != 0)
            {
                roles[head] = HeadRole.Full;
            }
            else
            {
                // More than there is: a short prompt grows up to it.
                budgets[head] = (int)Math.Min(int.MaxValue, (long)context.ProtectedTokens + options.Recent);
            }
        }
    }
}

/// <summary>Declares <see cref="DuoAttentionHeads"/>.</summary>
public sealed class DuoAttentionHeadsAttribute : HeadRoleAttribute<DuoAttentionHeads>
{
    /// <summary>An additional file with the heads' gates; see <see cref="ProfileKind.HeadScores"/>.</summary>
    public string? Profile { get; set; }

    /// <inheritdoc cref="DuoAttentionHeads.Sparsity"/>
    public double Sparsity { get; set; }

    /// <inheritdoc cref="DuoAttentionHeads.Recent"/>
    public int Recent { get; set; }
}
