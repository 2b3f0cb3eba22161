using KvCompose.Memory;
using KvCompose.Numerics;
using KvCompose.Reference.HeteroCache;
using KvCompose.Residency.HeteroCache;
using KvCompose.Residency.HostCopies;

namespace KvCompose.Tests.Tiers;

/// <summary>What a star makes of requests that do not come through: the last good tokens stay, whole.</summary>
public sealed unsafe class StarTierTests
{
    [Fact]
    public void Request_OfWantedRows_ListsOnlyWhatIsNotResident()
    {
        var slots = new ResidentSlots(10, [0, 1, 2, 3, 4]);
        var request = new StagingBuffer();
        slots.Request(3, [0b1110000110], request);
        Assert.Equal([new HostFetch(3, 1, 0), new HostFetch(3, 2, 1)], request.Tokens.ToArray());
        foreach (HostFetch token in request.Tokens)
        {
            slots.Replace(token.Slot, token.Row);
        }

        Assert.Equal([1, 2, 7, 8, 9], Enumerable.Range(0, 10).Where(slots.Holds));
        request.Clear();
        slots.Request(3, [0b1110000110], request);
        Assert.Equal(0, request.Count);
    }

    [Fact]
    public void Request_OfRandomSets_MovesEveryRowOnce()
    {
        var random = new Random(3);
        for (int round = 0; round < 200; round++)
        {
            int tokens = random.Next(2, 300), count = random.Next(1, tokens);
            int[] rows = [.. Enumerable.Range(0, tokens)];
            random.Shuffle(rows);
            var slots = new ResidentSlots(tokens, [.. rows[count..].Order()]);
            random.Shuffle(rows);
            var wanted = new ulong[TopMask.Words(tokens)];
            foreach (int row in rows[..count])
            {
                wanted[row / 64] |= 1UL << row;
            }

            var request = new StagingBuffer();
            int missing = rows[..count].Count(row => !slots.Holds(row));
            slots.Request(0, wanted, request);
            Assert.Equal(missing, request.Count);
            foreach (HostFetch token in request.Tokens)
            {
                slots.Replace(token.Slot, token.Row);
            }

            Assert.Equal(rows[..count].Order(), Enumerable.Range(0, tokens).Where(slots.Holds));
        }
    }

    [Fact]
    public void HostMemory_AtItsLimit_NamesWhatDidNotFit()
    {
        var memory = new HostMemory(1000);
        memory.Take(600);
        HostTierFullException full = Assert.Throws<HostTierFullException>(() => memory.Take(500)).At(3, 0);
        Assert.StartsWith("layer 3, key-value head 0: the host tier holds 600 bytes and needs 500 more, but its limit is 1000 bytes", full.Message);
        memory.Give(200);
        memory.Take(500);
        Assert.Equal(900, memory.HeldBytes);
    }

    [Theory]
    [InlineData(1, 0.5, new[] { 4 }, true)]
    [InlineData(1, 0.5, new[] { 5 }, false)]
    [InlineData(1, 0.7, new[] { 7 }, true)]
    [InlineData(1, 0.3, new[] { 3 }, false)]
    [InlineData(3, 0.5, new[] { 9, 1, 4 }, true)]
    [InlineData(3, 0.5, new[] { 5, 9, 1 }, false)]
    [InlineData(4, 0.5, new[] { 9, 4, 5, 0 }, true)]
    [InlineData(2, 0.5, new[] { 4, 6 }, false)]
    public void DriftWindow_MedianOfSinglePrecisionQuotients_DecidesAsPublished(int steps, double threshold, int[] common, bool expected)
    {
        var window = new DriftWindow(steps, threshold);
        for (int round = 0; round < 2; round++)
        {
            Assert.Equal(expected, Drifts(window, common, 10, out _));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    [InlineData(6)]
    public void DriftWindow_ThatLeavesLooksOut_DecidesLikeTheMedianOfAll(int steps)
    {
        var random = new Random(steps);
        var window = new DriftWindow(steps, 0.5);
        for (int round = 0; round < 500; round++)
        {
            int[] common = [.. Enumerable.Range(0, steps).Select(_ => random.Next(101))];
            double median = Median.Of([.. common.Select(static count => (double)(count / 100f))]);
            bool drifted = Drifts(window, common, 100, out int looks);
            Assert.Equal(median < 0.5, drifted);
            Assert.InRange(looks, (steps / 2) + 1, steps);
        }
    }

    /// <summary>A window whose tokens are left out as the window says; what is fetched is what the last step looks at.</summary>
    private static bool Drifts(DriftWindow window, int[] common, int size, out int looks)
    {
        looks = 0;
        bool drifted = false;
        foreach (int count in common)
        {
            Assert.False(drifted);
            if (window.SamplesNextStep)
            {
                looks++;
                drifted = window.Add(count, size);
            }
            else
            {
                window.Skip();
            }
        }

        return drifted;
    }

    [Fact]
    public void DriftWindow_OfEmptySets_NeverDrifts()
    {
        var window = new DriftWindow(3, 1);
        Assert.False(Drifts(window, [0, 0, 0], 0, out int looks));
        Assert.Equal(2, looks);
    }
}
