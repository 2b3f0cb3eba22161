using System.Numerics.Tensors;
using System.Runtime.Intrinsics;
using KvCompose.Sessions;

namespace KvCompose.Tiers.Host;

/// <summary>
/// Scores of the prompt's tokens under a pivot, from the weights that a decode step's attention left behind: no key is read again.
/// Per query head the probabilities are brought to sum 1 over the prompt, pooled along it, and reduced over the group. HeteroCache, spec §1.4.
/// </summary>
/// <param name="groupSize">G.</param>
/// <param name="pooling">How neighbours are smoothed.</param>
/// <param name="kernel">Odd width of that.</param>
/// <param name="reduction">How query heads become one.</param>
internal sealed unsafe class PivotScores(int groupSize, PoolingKind pooling, int kernel, GroupReduction reduction)
{
    private const int Lanes = 16;

    private readonly int _border = pooling == PoolingKind.None ? 0 : kernel / 2;

    /// <summary>Floats before a line, so that pooling may look to the left.</summary>
    private int Margin => (_border + Lanes - 1) / Lanes * Lanes;

    /// <summary>Floats of working memory.</summary>
    /// <param name="slots">Slots of the pivot, decoded tokens included.</param>
    public int LineFloats(int slots) => (2 * Margin) + ((slots + Lanes - 1) / Lanes * Lanes) + Lanes;

    /// <summary>Computes the scores of tokens 0 … n − 1.</summary>
    /// <param name="items">Holds the weights.</param>
    /// <param name="head">The pivot, whose first n slots are the prompt in order.</param>
    /// <param name="tokens">n.</param>
    /// <param name="line">[<see cref="LineFloats"/>].</param>
    /// <param name="scores">Receives the scores, [n rounded up to 16]; what lies behind n is undefined.</param>
    public void Compute(AttentionItems items, AttendedHead* head, int tokens, float* line, float* scores)
    {
        float* row = line + Margin;
        for (int member = 0; member < groupSize; member++)
        {
            items.Probabilities(head, member, row);

            // Generated tokens do not count, and lie where the padding has to be.
            new Span<float>(line, Margin).Clear();
            new Span<float>(row + tokens, Lanes + Margin).Clear();
            float sum = TensorPrimitives.Sum(new ReadOnlySpan<float>(row, tokens));
            float factor = (pooling == PoolingKind.Average ? 1f / kernel : 1) / (reduction == GroupReduction.Mean ? groupSize : 1) / sum;

            // Where generated tokens take all of the attention that a float can tell from nothing, the prompt has none.
            Pool(row, tokens, sum > 0 ? factor : 0, member == 0, scores);
        }
    }

    private void Pool(float* row, int tokens, float factor, bool first, float* scores)
    {
        for (int token = 0; token < tokens; token += Lanes)
        {
            Vector512<float> pooled = Vector512.Load(row + token - _border);
            for (int i = 1 - _border; i <= _border; i++)
            {
                Vector512<float> neighbour = Vector512.Load(row + token + i);
                pooled = pooling == PoolingKind.Max ? Vector512.MaxNative(pooled, neighbour) : pooled + neighbour;
            }

            pooled *= factor;
            if (!first)
            {
                Vector512<float> others = Vector512.Load(scores + token);
                pooled = reduction == GroupReduction.Max ? Vector512.MaxNative(others, pooled) : others + pooled;
            }

            pooled.Store(scores + token);
        }
    }
}
