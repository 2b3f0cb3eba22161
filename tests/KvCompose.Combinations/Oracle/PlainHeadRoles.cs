using KvCompose.Reference;
using KvCompose.Reference.HeteroCache;
using PlainDuoAttention = KvCompose.Reference.DuoAttention;
using PlainHeadKv = KvCompose.Reference.HeadKv;

namespace KvCompose.Combinations.Oracle;

/// <summary>Ada-KV by its reference; a layer whose budget holds no choice is not divided.</summary>
internal sealed class PlainAdaKvHeads(AdaKvHeads options) : IPlainHeadRole
{
    /// <inheritdoc/>
    public void Assign(in HeadBudgetContext context, Span<HeadRole> roles, Span<int> budgets)
    {
        int scored = context.Tokens - context.ProtectedTokens, average = context.LayerBudget - context.ProtectedTokens;
        if (average <= 0 || average >= scored)
        {
            return;
        }

        var scores = new double[budgets.Length][];
        for (int head = 0; head < budgets.Length; head++)
        {
            ReadOnlySpan<float> own = context.Scores.Slice((head * context.ScoreStride) + context.Sinks, scored);
            scores[head] = new double[scored];
            for (int token = 0; token < scored; token++)
            {
                scores[head][token] = own[token];
            }
        }

        int[] capacities = AdaKv.HeadCapacities(scores, average, options.FloorRatio, normalise: false);
        for (int head = 0; head < budgets.Length; head++)
        {
            budgets[head] = Math.Min(capacities[head], scored) + context.ProtectedTokens;
        }
    }
}

/// <summary>HeadKV by its reference.</summary>
internal sealed class PlainHeadKvHeads(HeadKvHeads options) : IPlainHeadRole
{
    /// <inheritdoc/>
    public void Assign(in HeadBudgetContext context, Span<HeadRole> roles, Span<int> budgets)
    {
        int scored = context.Tokens - context.ProtectedTokens;
        if (context.LayerBudget > context.Tokens || context.LayerBudget < context.ProtectedTokens || scored <= 0)
        {
            return;
        }

        double[][] table = [.. context.HeadScores.ToArray().Chunk(context.ScoredHeads)];
        int[] own = PlainHeadKv.Capacities(table, context.LayerBudget, context.ProtectedTokens, options.Beta, options.Temperature)[context.Layer];
        int[] shared = PlainHeadKv.KeyValueHeadCapacities(
            new HeadLayout(own.Length, budgets.Length, 1), own, options.Largest ? GroupReduction.Max : GroupReduction.Mean);
        for (int head = 0; head < budgets.Length; head++)
        {
            budgets[head] = Math.Min(shared[head], scored) + context.ProtectedTokens;
        }
    }
}

/// <summary>DuoAttention by its reference; the gates of a group are averaged.</summary>
internal sealed class PlainDuoAttentionHeads(DuoAttentionHeads options) : IPlainHeadRole
{
    /// <inheritdoc/>
    public void Assign(in HeadBudgetContext context, Span<HeadRole> roles, Span<int> budgets)
    {
        double[] gates = [.. context.HeadScores.ToArray().Chunk(context.ScoredHeads / budgets.Length).Select(static group => group.Average())];
        bool[] retrieves = PlainDuoAttention.RetrievalHeads(gates, options.Sparsity);
        for (int head = 0; head < budgets.Length; head++)
        {
            bool full = retrieves[(context.Layer * budgets.Length) + head];
            roles[head] = full ? HeadRole.Full : HeadRole.Compressed;
            budgets[head] = full ? budgets[head] : context.ProtectedTokens + options.Recent;
        }
    }
}

/// <summary>HeteroCache by its reference; a prompt of one page or less stays whole.</summary>
internal sealed class PlainHeteroHeads(HeteroHeads options) : IPlainHeadRole
{
    /// <inheritdoc/>
    public void Assign(in HeadBudgetContext context, Span<HeadRole> roles, Span<int> budgets)
    {
        if (context.PromptTokens <= context.PageTokens)
        {
            budgets.Fill(context.Tokens);
            return;
        }

        LayerBudget budget = LayerBudget.Of(context.Profile!, context.Layer, options.Ratio, context.Tokens, options.Defects);
        for (int head = 0; head < budgets.Length; head++)
        {
            roles[head] = context.Profile!.Classes[context.Layer][head] switch
            {
                HeadClass.Volatile => HeadRole.Full,
                HeadClass.Pivot => HeadRole.Pivot,
                HeadClass.Satellite => HeadRole.Satellite,
                _ => HeadRole.Compressed,
            };
            budgets[head] = roles[head] is HeadRole.Full or HeadRole.Pivot ? budget.Base : budget.Kept[head];
        }
    }
}
