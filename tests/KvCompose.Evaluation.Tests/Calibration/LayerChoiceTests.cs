namespace KvCompose.Evaluation.Tests.Calibration;

/// <summary>The earliest layer that is close, beside the closest of the formula.</summary>
public class LayerChoiceTests
{
    private static readonly double[] Falling = [9, 4, 1, 0.5, 0];

    [Theory]
    [InlineData(0, 4, 4.0, 1, 4)]
    [InlineData(0, 4, 0.9, 3, 4)]
    [InlineData(0, 2, 1.0, 2, 2)]
    [InlineData(0, 0, 9.0, 0, 0)]
    [InlineData(2, 4, 4.0, 2, 4)]
    [InlineData(3, 3, 4.0, 3, 3)]
    public void Of_AFallingCurve_TakesTheEarliestWithinTheDistance(int first, int last, double epsilon, int layer, int closest)
        => Assert.Equal(new LayerChoice(layer, closest), LayerChoice.Of(Falling, first, last, epsilon));

    [Fact]
    public void Of_NoLayerThatIsClose_NamesTheClosest() => Assert.Equal(new LayerChoice(null, 3), LayerChoice.Of(Falling, 0, 3, 0.1));

    [Fact]
    public void Of_EqualDistances_TakesTheEarliestAsClosest() => Assert.Equal(new LayerChoice(1, 1), LayerChoice.Of([3, 2, 2], 0, 2, 2));

    [Theory]
    [InlineData(0, -1, 1.0)]
    [InlineData(0, 5, 1.0)]
    [InlineData(-1, 2, 1.0)]
    [InlineData(3, 2, 1.0)]
    [InlineData(0, 2, -1.0)]
    [InlineData(0, 2, double.NaN)]
    public void Of_WrongArguments_IsRefused(int first, int last, double epsilon)
        => Assert.Throws<ArgumentOutOfRangeException>(() => LayerChoice.Of(Falling, first, last, epsilon));
}
