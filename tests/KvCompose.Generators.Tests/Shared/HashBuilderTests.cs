using KvCompose.Shared;

namespace KvCompose.Generators.Tests.Shared;

public class HashBuilderTests
{
    [Fact]
    public void ToHashCode_OtherOrder_Differs() => Assert.NotEqual(Hash(1, 2), Hash(2, 1));

    [Fact]
    public void ToHashCode_MoreZeros_Differs() => Assert.NotEqual(Hash(0), Hash(0, 0));

    [Fact]
    public void ToHashCode_ManySmallPairs_RarelyCollide()
    {
        var hashes = new HashSet<int>();
        for (var left = 0; left < 100; left++)
            for (var right = 0; right < 100; right++)
                hashes.Add(Hash(left, right));
        Assert.True(hashes.Count > 9_990, $"10,000 pairs gave {hashes.Count} hashes.");
    }

    private static int Hash(params ReadOnlySpan<int> values)
    {
        var hash = new HashBuilder();
        foreach (var value in values)
            hash.Add(value);
        return hash.ToHashCode();
    }
}
