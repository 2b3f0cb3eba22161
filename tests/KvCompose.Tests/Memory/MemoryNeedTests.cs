using KvCompose.Memory;

namespace KvCompose.Tests.Memory;

public class MemoryNeedTests
{
    private static readonly TransformerShape Shape = new(30, 9, 3, 64, 576, 49_152, 8192);

    [Fact]
    public void Require_MoreThanThereIs_SaysHowItComesAbout()
    {
        // A token needs 576 + 9 · 65 + 3 · 3 · 64 = 1737 floats.
        MemoryNeed.Require(Shape, 1000, 1_000_000, (1000L * 1737 * 4) + 1_000_000);
        MemoryShortageException problem = Assert.Throws<MemoryShortageException>(
            () => MemoryNeed.Require(Shape, 1000, 1_000_000, (1000L * 1737 * 4) + 999_999));
        Assert.Equal((7_948_000L, 7_947_999L), (problem.NeededBytes, problem.AvailableBytes));
        Assert.Contains("1000 × (576 + 9 × 65 + 3 × 3 × 64) × 4 bytes of working memory and 1000000 bytes of cache, together 7948000", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Require_MoreThanALongCounts_IsRefused()
        => Assert.Equal(
            long.MaxValue,
            Assert.Throws<MemoryShortageException>(() => MemoryNeed.Require(Shape with { Hidden = int.MaxValue }, int.MaxValue, (Int128)long.MaxValue * 4, long.MaxValue)).NeededBytes);

    [Fact]
    public void Available_IsKnown() => Assert.InRange(MemoryNeed.Available, 1 << 20, long.MaxValue);
}
