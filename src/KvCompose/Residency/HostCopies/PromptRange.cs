using KvCompose.Numerics;

namespace KvCompose.Residency.HostCopies;

/// <summary>The rows of a layer's prompt, and which of them are chosen by score: sinks and window never leave.</summary>
/// <param name="Tokens">n.</param>
/// <param name="First">First row that is scored.</param>
/// <param name="Last">One past the last row that is scored.</param>
internal readonly record struct PromptRange(int Tokens, int First, int Last)
{
    /// <summary>The range for what a selection keeps in any case.</summary>
    public static PromptRange Of(int tokens, int sinks, int window)
    {
        int first = Math.Min(sinks, tokens);
        return new PromptRange(tokens, first, Math.Max(first, tokens - window));
    }

    /// <summary>Rows that are always kept.</summary>
    public int Protected => Tokens - (Last - First);

    /// <summary>Marks the best <paramref name="count"/> of the scored rows, or all of them.</summary>
    public unsafe void MarkBest(float* scores, int count, Span<ulong> mask, int* scratch)
        => TopMask.Mark(scores, First, Last, Math.Clamp(count, 0, Last - First), mask, scratch);

    /// <summary>Marks the rows that are always kept.</summary>
    public void MarkProtected(Span<ulong> mask)
    {
        for (int row = 0; row < Tokens; row = row + 1 == First ? Last : row + 1)
        {
            if (row < First || row >= Last)
            {
                mask[row >> 6] |= 1UL << row;
            }
        }
    }
}
