using KvCompose.Reference.IceCache;

namespace KvCompose.Tests.Reference.IceCache;

public class AugmentedKeysTests
{
    private const int HeadDim = 24;

    [Theory]
    [InlineData("clustered")]
    [InlineData("drift")]
    [InlineData("iso")]
    public void Lift_AnyKeys_MakesAllNormsEqualAndKeepsTheOrderOfInnerProducts(string family)
    {
        float[] keys = IceData.Keys(family, 300, HeadDim);
        float[] query = IceData.Keys("iso", 1, HeadDim, 9);
        var lifted = new AugmentedKeys(keys, HeadDim);
        double[] unit = AugmentedKeys.LiftQuery(query);
        double[] distances = new double[lifted.Count], products = new double[lifted.Count];
        for (int token = 0; token < lifted.Count; token++)
        {
            double[] key = lifted.Lifted(token);
            Assert.Equal(lifted.Bound, key.Sum(value => value * value), 1e-9 * lifted.Bound);
            distances[token] = key.Zip(unit, (a, b) => (a - b) * (a - b)).Sum();
            products[token] = key.Zip(unit, (a, b) => a * b).Sum();
        }

        int[] tokens = [.. Enumerable.Range(0, lifted.Count)];
        Assert.Equal(tokens.OrderBy(token => distances[token]), tokens.OrderByDescending(token => products[token]));
    }

    [Fact]
    public void HalfSquaredDistance_OfTheLongestKeys_IsZeroAndNotNaN()
    {
        float[] one = IceData.Keys("iso", 1, HeadDim);
        var lifted = new AugmentedKeys([.. one, .. one, .. one], HeadDim);
        Assert.Equal(0, lifted.HalfSquaredDistance(0, 2), 1e-9);
        Assert.Equal(0, lifted.Lift(1));
    }

    [Fact]
    public void Append_LongerKey_LiftsEveryOtherKeyAnew()
    {
        float[] keys = IceData.Keys("iso", 40, HeadDim);
        var grown = new AugmentedKeys(keys.AsSpan(0, 39 * HeadDim), HeadDim);
        float[] longer = [.. keys[^HeadDim..].Select(value => 3 * value)];
        grown.Append(longer);
        var whole = new AugmentedKeys([.. keys[..^HeadDim], .. longer], HeadDim);
        Assert.Equal(whole.Bound, grown.Bound);
        Assert.Equal(whole.Lift(0), grown.Lift(0));
    }

    [Fact]
    public void Append_ShorterThanTheReserve_KeepsTheBound()
    {
        float[] keys = IceData.Keys("iso", 40, HeadDim);
        var reserved = new AugmentedKeys(keys, HeadDim, reserve: 1.5);
        double before = reserved.Bound;
        float[] longest = [.. keys.Chunk(HeadDim).MaxBy(key => key.Sum(value => value * value))!.Select(value => 1.2f * value)];
        reserved.Append(longest);
        Assert.Equal(before, reserved.Bound);
    }

    [Fact]
    public void Constructor_KeyThatIsNotFinite_NamesTheTokenAndElement()
    {
        float[] keys = IceData.Keys("iso", 5, HeadDim);
        keys[3 * HeadDim + 7] = float.NaN;
        var error = Assert.Throws<ArgumentException>(() => new AugmentedKeys(keys, HeadDim));
        Assert.Contains("token 3", error.Message);
        Assert.Contains("element 7", error.Message);
    }
}
