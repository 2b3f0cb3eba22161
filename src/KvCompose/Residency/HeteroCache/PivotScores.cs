using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using KvCompose.Attention;

namespace KvCompose.Residency.HeteroCache;

/// <summary>
/// Scores of the prompt's tokens under a pivot, from the weights that a decode step's attention left behind: no key is read again, and
/// every weight is read once. Per query head the probabilities over the prompt are pooled along it, and reduced over the group.
/// Source: "HeteroCache", arXiv 2601.13684.
/// </summary>
/// <param name="groupSize">G.</param>
/// <param name="pooling">How neighbours are smoothed.</param>
/// <param name="kernel">Odd width of that.</param>
/// <param name="reduction">How query heads become one.</param>
internal sealed unsafe class PivotScores(int groupSize, PoolingKind pooling, int kernel, GroupReduction reduction)
{
    private const int Lanes = 16;

    private readonly int _border = pooling == PoolingKind.None ? 0 : kernel / 2;
    private readonly float _share = (pooling == PoolingKind.Average ? 1f / kernel : 1) / (reduction == GroupReduction.Mean ? groupSize : 1);

    /// <summary>Floats of working memory.</summary>
    /// <param name="splits">Splits that the pivot's attention is cut into.</param>
    public int ScratchFloats(int splits) => EdgeFloats + (splits * groupSize);

    private int EdgeFloats => (Lanes + (2 * _border) + Lanes - 1) / Lanes * Lanes;

    /// <summary>Computes the scores of tokens 0 … n − 1.</summary>
    /// <param name="items">Holds the weights.</param>
    /// <param name="head">The pivot, whose first n slots are the prompt in order.</param>
    /// <param name="tokens">n.</param>
    /// <param name="scratch">[<see cref="ScratchFloats"/>].</param>
    /// <param name="scores">Receives the scores, [n rounded up to 16]; what lies after n is undefined.</param>
    public void Compute(KvSplitPlan items, AttendedHead* head, int tokens, float* scratch, float* scores)
    {
        float* factors = scratch + EdgeFloats;
        items.Normalize(head, tokens, _share, factors);
        for (int start = 0; start < tokens; start += items.SplitTokens)
        {
            int split = start / items.SplitTokens, count = Math.Min(items.SplitTokens, tokens - start);

            // Vectors whose neighbours all lie in the split are pooled where they are.
            int first = Math.Min((_border + Lanes - 1) / Lanes * Lanes, count);
            int last = Math.Max(first, (count - _border) / Lanes * Lanes);
            for (int member = 0; member < groupSize; member++)
            {
                float* row = items.Weights(head, split, member);
                float factor = factors[(split * groupSize) + member];
                if (pooling == PoolingKind.Average && _border == 2)
                {
                    PoolFive(row, first, last, factor, member == 0, scores + start);
                }
                else
                {
                    Pool(row, first, last, factor, member == 0, scores + start);
                }

                for (int token = first == 0 ? last : 0; token < count; token = token + Lanes == first ? last : token + Lanes)
                {
                    CopyScaled(items, head, start + token - _border, tokens, member, factors, scratch);
                    Put(Pooled(scratch + _border), member == 0, scores + start + token);
                }
            }
        }
    }

    private void Pool(float* row, int first, int last, float factor, bool alone, float* scores)
    {
        for (int token = first; token < last; token += Lanes)
        {
            Put(Pooled(row + token) * factor, alone, scores + token);
        }
    }

    /// <summary>As <see cref="Pool"/>, for the average over five.</summary>
    private void PoolFive(float* row, int first, int last, float factor, bool alone, float* scores)
    {
        Vector512<float> factors = Vector512.Create(factor);
        for (int token = first; token < last; token += Lanes)
        {
            float* place = row + token;
            Vector512<float> outer = Vector512.Load(place - 2) + Vector512.Load(place + 2);
            Vector512<float> inner = Vector512.Load(place - 1) + Vector512.Load(place + 1);
            Put((outer + inner + Vector512.Load(place)) * factors, alone, scores + token);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Vector512<float> Pooled(float* row)
    {
        Vector512<float> pooled = Vector512.Load(row - _border);
        for (int i = 1 - _border; i <= _border; i++)
        {
            Vector512<float> neighbour = Vector512.Load(row + i);
            pooled = pooling == PoolingKind.Max ? Vector512.MaxNative(pooled, neighbour) : pooled + neighbour;
        }

        return pooled;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Put(Vector512<float> pooled, bool alone, float* scores)
    {
        if (!alone)
        {
            Vector512<float> others = Vector512.Load(scores);
            pooled = reduction == GroupReduction.Max ? Vector512.MaxNative(others, pooled) : others + pooled;
        }

        pooled.Store(scores);
    }

    /// <summary>A vector of probabilities with its neighbours, which may lie in other splits; 0 outside of the prompt.</summary>
    private void CopyScaled(KvSplitPlan items, AttendedHead* head, int slot, int tokens, int member, float* factors, float* line)
    {
        int end = slot + Lanes + (2 * _border);
        while (slot < end)
        {
            int split = slot / items.SplitTokens;
            if (slot < 0 || slot >= tokens)
            {
                int until = slot < 0 ? Math.Min(0, end) : end;
                new Span<float>(line, until - slot).Clear();
                line += until - slot;
                slot = until;
                continue;
            }

            float* row = items.Weights(head, split, member) - (split * items.SplitTokens);
            float factor = factors[(split * groupSize) + member];
            int stop = Math.Min(Math.Min((split + 1) * items.SplitTokens, tokens), end);
            for (; slot < stop; slot++)
            {
                *line++ = row[slot] * factor;
            }
        }
    }
}
