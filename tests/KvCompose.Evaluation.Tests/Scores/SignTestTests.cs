namespace KvCompose.Evaluation.Tests.Scores;

public sealed class SignTestTests
{
    /// <summary>Sums of binomial coefficients over 2ⁿ, by hand.</summary>
    [Theory]
    [InlineData(0, 0, 1.0)]
    [InlineData(1, 1, 1.0)]
    [InlineData(5, 0, 2.0 / 32)]
    [InlineData(0, 6, 2.0 / 64)]
    [InlineData(8, 1, 2.0 * (1 + 9) / 512)]
    [InlineData(2, 9, 2.0 * (1 + 11 + 55) / 2048)]
    public void PValue_IsTheTwoSidedTail(int onlyFirst, int onlySecond, double expected)
        => Assert.Equal(expected, SignTest.PValue(onlyFirst, onlySecond), 12);
}
