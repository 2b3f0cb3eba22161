using KvCompose.Reference;
using PlainOmniKv = KvCompose.Reference.OmniKv;

namespace KvCompose.Tests.Reference;

/// <summary>The plain OmniKV on cases that can be worked out by hand.</summary>
public class OmniKvTests
{
    [Theory]
    [InlineData(8, new[] { 2, 5 }, 0, new[] { -1, -1, -1, 2, 2, -1, 5, 5 })]
    [InlineData(8, new[] { 2, 5 }, 1, new[] { -1, -1, -1, -1, 2, -1, -1, 5 })]
    [InlineData(8, new[] { 2, 5 }, 3, new[] { -1, -1, -1, -1, -1, -1, -1, -1 })]
    [InlineData(4, new[] { 0 }, 0, new[] { -1, 0, 0, 0 })]
    public void Followed_IsTheNearestFilterLayerBefore(int layers, int[] filters, int waitLayers, int[] expected)
        => Assert.Equal(expected, PlainOmniKv.Followed(layers, filters, waitLayers));

    [Theory]
    [InlineData(2, 0, new[] { 1, 3 })]
    [InlineData(3, 0, new[] { 0, 1, 3 })]
    [InlineData(3, 2, new[] { 1, 3, 4 })]
    [InlineData(2, 3, new[] { 3, 4 })]
    [InlineData(9, 1, new[] { 0, 1, 2, 3, 4 })]
    public void Choose_TakesTheBestBeforeTheTail_OfEqualsTheEarlier(int count, int tail, int[] expected)
        => Assert.Equal(expected, PlainOmniKv.Choose([2, 5, 1, 4, 2], count, tail));

    [Fact]
    public void Together_ExponentialRows_LoseHalfAStep()
        => Assert.Equal([3, 4.5], PlainOmniKv.Together([[4, 2], [2, 0], [1, 4]], 0.5));

    [Fact]
    public void Products_AreTheLargestOfAnyHead_AndProbabilitiesThoseOfTheTokensSeen()
    {
        // One dimension, two query heads of one key-value head: logits are q·k.
        var layout = new HeadLayout(2, 1, 1);
        double[] keys = [1, 2, -3];
        Assert.Equal([1, 2, 3], PlainOmniKv.Products(layout, [1, -1], keys));

        // One head sees (1, 2), the other (-1, -2): each gives one of the two tokens e/(1 + e).
        double[] seen = PlainOmniKv.Probabilities(layout, [1, -1], keys, 2);
        Assert.Equal(Math.E / (1 + Math.E), seen[0], 1e-12);
        Assert.Equal(Math.E / (1 + Math.E), seen[1], 1e-12);
        Assert.Equal(0, seen[2]);
    }
}
