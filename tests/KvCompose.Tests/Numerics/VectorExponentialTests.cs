using System.Runtime.Intrinsics;
using KvCompose.Numerics;

namespace KvCompose.Tests.Numerics;

public sealed class VectorExponentialTests
{
    [Fact]
    public void PowerOfTwo_WholeRange_IsAccurate()
    {
        for (float x = -125.9f; x < 127; x += 0.0137f)
        {
            float[] powers =
            [
                VectorExponential.PowerOfTwo(Vector512.Create(x))[3], VectorExponential.PowerOfTwo(Vector256.Create(x))[3],
                VectorExponential.PowerOfTwo(Vector128.Create(x))[3],
            ];
            Assert.All(powers, power => Assert.True(Math.Abs((power / Math.Pow(2, x)) - 1) < 3e-7, $"2^{x} = {power}"));
        }
    }

    [Theory]
    [InlineData(float.NegativeInfinity)]
    [InlineData(-1e30f)]
    [InlineData(-127f)]
    public void PowerOfTwo_FarBelow_IsNextToNothing(float x)
    {
        Assert.InRange(VectorExponential.PowerOfTwo(Vector512.Create(x))[0], 0f, 1.2e-38f);
        Assert.InRange(VectorExponential.PowerOfTwo(Vector256.Create(x))[0], 0f, 1.2e-38f);
        Assert.InRange(VectorExponential.PowerOfTwo(Vector128.Create(x))[0], 0f, 1.2e-38f);
    }

    [Fact]
    public void PowerOfTwo_Zero_IsOne()
    {
        Assert.Equal(1f, VectorExponential.PowerOfTwo(Vector512<float>.Zero)[0]);
        Assert.Equal(1f, VectorExponential.PowerOfTwo(Vector256<float>.Zero)[0]);
        Assert.Equal(1f, VectorExponential.PowerOfTwo(Vector128<float>.Zero)[0]);
    }

    [Fact]
    public void Exponential_WholeRange_IsAccurate()
    {
        for (float x = -87; x < 87; x += 0.0091f)
        {
            float[] powers =
            [
                VectorExponential.Exponential(Vector512.Create(x))[7], VectorExponential.Exponential(Vector256.Create(x))[7],
                VectorExponential.Exponential(Vector128.Create(x))[2],
            ];
            Assert.All(powers, power => Assert.True(Math.Abs((power / Math.Exp(x)) - 1) < 5e-6, $"exp {x} = {power}"));
        }
    }

    [Fact]
    public void Exponential_FarAbove_IsFinite()
    {
        Assert.True(float.IsFinite(VectorExponential.Exponential(Vector512.Create(1e30f))[0]));
        Assert.True(float.IsFinite(VectorExponential.Exponential(Vector256.Create(1e30f))[0]));
        Assert.True(float.IsFinite(VectorExponential.Exponential(Vector128.Create(1e30f))[0]));
    }
}
