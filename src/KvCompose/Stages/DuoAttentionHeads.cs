using KvCompose.Reference;

namespace KvCompose;

/// <summary>
/// DuoAttention: of the model's key-value heads the share with the lowest gates, as an offline table says, streams: it keeps the sinks of
/// the selection (<see cref="StreamingLlm"/>; published: 128) and the most recent tokens. The others keep every token. A table of query heads is
/// averaged over the group. With <see cref="StreamingLlm.Evict"/> decoded tokens roll through the recent ones of a streaming head, as published;
/// without it every head keeps them, as kvpress does. Source: Xiao et al., "DuoAttention: Efficient Long-Context LLM Inference with Retrieval and Streaming
/// Heads", ICLR 2025, arXiv 2410.10819.
/// </summary>
[StageFacts(
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

    /// <inheritdoc/>
    public static void Assign(in DuoAttentionHeads options, in HeadBudgetContext context, Span<HeadRole> roles, Span<int> budgets)
    {
        int heads = budgets.Length, group = context.ScoredHeads / heads;
        var gates = new double[context.Layers * heads];
        for (int i = 0; i < context.HeadScores.Length; i++)
        {
            gates[i / group] += context.HeadScores[i] / group;
        }

        bool[] retrieves = DuoAttention.RetrievalHeads(gates, options.Sparsity);
        for (int head = 0; head < heads; head++)
        {
            if (retrieves[(context.Layer * heads) + head])
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
