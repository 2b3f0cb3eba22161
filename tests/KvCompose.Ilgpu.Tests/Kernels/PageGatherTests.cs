using System.Runtime.InteropServices;
using ILGPU;
using ILGPU.Runtime;

namespace KvCompose.Ilgpu.Tests.Kernels;

public sealed class PageGatherTests(KernelFixture fixture) : IClassFixture<KernelFixture>
{
    private const int Keep = 45;

    [Fact]
    public void Copy_KeptTokensOfTwoHeads_StandInTheTargetPagesInOrder()
    {
        var random = new Random(7);
        int[] tokens = [100, 50];
        int pagesPerHead = PagedHeads.PagesOf(Keep);
        using var heads = new PagedHeads(fixture.Device, tokens, random, sparePages: pagesPerHead * tokens.Length);
        int[] kept = [.. tokens.SelectMany(count => Enumerable.Range(0, count).OrderBy(_ => random.Next()).Take(Keep).Order())];
        using var indices = fixture.Upload(kept);
        using var targetTable = fixture.Upload(heads.SparePageIds);
        using var targetStart = fixture.Upload([.. Enumerable.Range(0, tokens.Length).Select(head => head * pagesPerHead)]);
        var copy = fixture.Device.Load("PageGather", static accelerator => accelerator.LoadKernel<
            ArrayView<float>, ArrayView<int>, ArrayView<int>, ArrayView<int>, ArrayView<int>, ArrayView<int>, int>(PageGather.Copy));
        fixture.InEveryOrder(() =>
        {
            copy(
                fixture.Device.Stream,
                new KernelConfig(new Index3D(pagesPerHead, tokens.Length, 1), new Index3D(PageGather.Threads, 1, 1)),
                heads.Pages.View, heads.Tables.Pages, heads.Tables.Starts, targetTable.View, targetStart.View, indices.View, Keep);
            for (int head = 0; head < tokens.Length; head++)
            {
                for (int rank = 0; rank < Keep; rank++)
                {
                    RequireToken(heads, heads.SparePageIds[(head * pagesPerHead) + (rank / 32)], rank % 32, head, kept[(head * Keep) + rank]);
                }
            }
        });
    }

    private static void RequireToken(PagedHeads heads, int page, int slot, int head, int token)
    {
        var bytes = new byte[PagedHeads.Layout.PageBytes];
        heads.Pages.Download(page, bytes);
        Span<float> floats = MemoryMarshal.Cast<byte, float>(bytes.AsSpan());
        Assert.Equal(PagedHeads.PositionOf(head, token), MemoryMarshal.Cast<byte, int>(bytes.AsSpan())[PagedHeads.PositionAt(slot)]);
        for (int i = 0; i < PagedHeads.HeadDim; i++)
        {
            Assert.Equal(heads.Keys[head][(token * PagedHeads.HeadDim) + i], floats[PagedHeads.KeyAt(slot, i)]);
            Assert.Equal(heads.Values[head][(token * PagedHeads.HeadDim) + i], floats[PagedHeads.ValueAt(slot, i)]);
        }
    }
}
