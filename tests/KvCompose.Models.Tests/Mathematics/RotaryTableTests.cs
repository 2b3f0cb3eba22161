using KvCompose.Models.Kernels;
using KvCompose.Models.Networks.Layers;

namespace KvCompose.Models.Tests.Mathematics;

public sealed unsafe class RotaryTableTests
{
    [Theory]
    [InlineData(10_000.0, 16)]
    [InlineData(500_000.0, 128)]
    public void Angles_EveryPosition_AreThoseOfTheFrequencies(double theta, int d)
    {
        const int Context = 131_072;
        using var table = new RotaryTable(new RopeScaling.None().Frequencies(theta, d, Context), 1, Context);
        float[] cosines = new float[d / 2], sines = new float[d / 2];
        foreach (int position in new[] { 0, 1, 255, 256, 257, 4_095, 65_537, Context - 1 })
        {
            fixed (float* c = cosines, s = sines)
            {
                table.Angles(position, c, s);
            }

            for (int i = 0; i < d / 2; i++)
            {
                double angle = position * (double)(float)Math.Pow(theta, -2.0 * i / d);
                Assert.Equal(Math.Cos(angle), cosines[i], 3e-7);
                Assert.Equal(Math.Sin(angle), sines[i], 3e-7);
            }
        }
    }

    [Theory]
    [InlineData(8)]
    [InlineData(16)]
    [InlineData(64)]
    public void Rotate_OneHead_TurnsThePairsOfItsHalves(int half)
    {
        var random = new Random(half);
        float[] head = [.. Enumerable.Range(0, 2 * half).Select(_ => random.NextSingle())], before = [.. head];
        float[] cosines = [.. Enumerable.Range(0, half).Select(i => MathF.Cos(i))], sines = [.. Enumerable.Range(0, half).Select(i => MathF.Sin(i))];
        fixed (float* h = head, c = cosines, s = sines)
        {
            RowKernels.Rotate(h, c, s, half);
        }

        for (int i = 0; i < half; i++)
        {
            Assert.Equal((before[i] * cosines[i]) - (before[half + i] * sines[i]), head[i], 1e-6f);
            Assert.Equal((before[i] * sines[i]) + (before[half + i] * cosines[i]), head[half + i], 1e-6f);
        }
    }

    [Fact]
    public void Apply_Llama3_StretchesLongWavelengthsOnly()
    {
        // Llama 3.1: factor 8, low 1, high 4, original context 8192.
        var scaling = new RopeScaling.Llama3(8, 1, 4, 8192);

        Assert.Equal(1.0, scaling.Apply(1.0));
        Assert.Equal(1e-5 / 8, scaling.Apply(1e-5));

        // Two rotations within the context lie a third of the way from low to high.
        double frequency = 2 * 2 * Math.PI / 8192;
        Assert.Equal((frequency / 8 * 2 / 3) + (frequency / 3), scaling.Apply(frequency), 1e-12);
    }

    [Fact]
    public void Angles_BehindTheTable_AreComputed()
    {
        double[] frequencies = new RopeScaling.None().Frequencies(10_000, 20, 0);
        using RotaryTable none = new(frequencies, 1.25, 0), all = new(frequencies, 1.25, 3000);
        float* computed = stackalloc float[20], stored = stackalloc float[20];
        none.Angles(2999, computed, computed + 10);
        all.Angles(2999, stored, stored + 10);

        for (int i = 0; i < 20; i++)
        {
            Assert.Equal(computed[i], stored[i], 1e-6f);
        }
    }

    /// <summary>One table for all lengths, one for each side of the original context, or one for each length beyond it.</summary>
    [Fact]
    public void For_EveryScaling_GivesTheFrequenciesOfTheLength()
    {
        using var rotations = new Rotations(64);
        var linear = new RotationDescription(8, RotaryPairing.Halves, 10_000, new RopeScaling.Linear(2));
        var longRope = linear with { Scaling = new RopeScaling.LongRope([1, 1, 1, 1], [2, 2, 2, 2], 16, 1) };
        var dynamic = linear with { Scaling = new RopeScaling.Dynamic(2, 16) };

        Assert.Same(rotations.For(linear, 3), rotations.For(linear, 60));
        Assert.Same(rotations.For(longRope, 3), rotations.For(longRope, 16));
        Assert.NotSame(rotations.For(longRope, 16), rotations.For(longRope, 17));
        Assert.Same(rotations.For(dynamic, 1), rotations.For(dynamic, 16));
        Assert.NotSame(rotations.For(dynamic, 17), rotations.For(dynamic, 18));
        Assert.Same(rotations.For(dynamic, 18), rotations.For(dynamic, 18));
    }
}
