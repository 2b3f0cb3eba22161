using KvCompose.Residency.PageFiles;
using KvCompose.Tests.Retrieval;

namespace KvCompose.Tests.Tiers.Disk;

/// <summary>What an <see cref="IndexCase"/> put into its pages.</summary>
internal static class PageContent
{
    /// <summary>Asserts that every token of a page has its own key and value.</summary>
    public static void Matches(RecoveredPage page, float[] keys)
    {
        int headDim = page.Keys.Length / page.Positions.Length;
        for (int slot = 0; slot < page.Positions.Length; slot++)
        {
            int token = IndexCase.TokenOf(page.Positions[slot]);
            Assert.True(keys.AsSpan(token * headDim, headDim).SequenceEqual(page.Keys.AsSpan(slot * headDim, headDim)));
            Assert.Equal(IndexCase.ValueOf(token, headDim - 1), page.Values[(slot * headDim) + headDim - 1]);
        }
    }
}
