using KvCompose.Memory;
using KvCompose.Models.Kernels;
using KvCompose.Models.Tests.Support;

namespace KvCompose.Models.Tests.Mathematics;

public sealed unsafe class RowKernelsTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(16)]
    [InlineData(53)]
    public void Gate_AnyCount_IsSiluTimesUp(int count)
    {
        float[] gate = GeneratedNumbers.Create(1, count, 30), up = GeneratedNumbers.Create(2, count), target = new float[count];
        fixed (float* pg = gate, pu = up, pt = target)
        {
            RowKernels.Gate(pg, pu, pt, count);
        }

        for (int i = 0; i < count; i++)
        {
            double expected = gate[i] / (1 + Math.Exp(-gate[i])) * up[i];
            Assert.Equal(expected, target[i], 1e-5 * Math.Max(1, Math.Abs(expected)));
        }
    }

    [Theory]
    [InlineData(5)]
    [InlineData(40)]
    public void NormalisedRows_AnyWidth_AreRmsNormalised(int width)
    {
        float[] rows = GeneratedNumbers.Create(3, 2 * width, 5), weights = GeneratedNumbers.Create(4, width), target = new float[width];
        using var stored = new NativeFloats(width);
        weights.CopyTo(new Span<float>(stored.Pointer, width));
        fixed (float* pr = rows, pt = target)
        {
            var norm = new NormWeights(new NormDescription(NormKind.RootMeanSquare, 1e-5f), stored, null);
            var source = new NormalisedRows(pr, width, width, norm);
            source.Copy(1, source.Prepare(1), 0, width, pt);
        }

        double mean = rows[width..].Average(x => (double)x * x);
        for (int i = 0; i < width; i++)
        {
            Assert.Equal(rows[width + i] / Math.Sqrt(mean + 1e-5) * weights[i], target[i], 1e-5);
        }
    }

    [Fact]
    public void NormalisedRows_LayerNorm_TakesTheMeanAndAddsTheBias()
    {
        const int Width = 21;
        float[] row = GeneratedNumbers.Create(5, Width, 3, 2), weights = GeneratedNumbers.Create(6, Width), biases = GeneratedNumbers.Create(7, Width);
        using NativeFloats stored = new(Width), added = new(Width);
        weights.CopyTo(new Span<float>(stored.Pointer, Width));
        biases.CopyTo(new Span<float>(added.Pointer, Width));
        float[] normalised = [.. row];
        fixed (float* pointer = normalised)
        {
            new NormWeights(new NormDescription(NormKind.Layer, 1e-2f, Bias: true), stored, added).Apply(pointer, Width);
        }

        double mean = row.Average(), variance = row.Average(x => (x - mean) * (x - mean));
        for (int i = 0; i < Width; i++)
        {
            Assert.Equal(((row[i] - mean) / Math.Sqrt(variance + 1e-2) * weights[i]) + biases[i], normalised[i], 1e-5);
        }
    }

    /// <summary>Φ by tables: 0.8413447, 0.9772499, 0.9986501, 0.9999683 at 1 to 4.</summary>
    [Theory]
    [InlineData(0f, 0.0)]
    [InlineData(1f, 0.8413447460685429)]
    [InlineData(-1f, -0.15865525393145707)]
    [InlineData(2f, 1.9544997361036416)]
    [InlineData(3f, 2.9959503059051023)]
    [InlineData(4f, 3.9998733150337164)]
    [InlineData(-4f, -0.00012668496628357)]
    [InlineData(-20f, 0.0)]
    public void Gate_Gelu_IsTheExactOne(float x, double expected)
    {
        float gate = x, up = 1, target;
        Activations.Gate(Activation.Gelu, &gate, &up, &target, 1);

        Assert.Equal(expected, target, 1e-6);
    }

    [Theory]
    [InlineData(5)]
    [InlineData(16)]
    public void RotateNeighbours_OneHead_TurnsPairsOfNeighbours(int half)
    {
        float[] head = GeneratedNumbers.Create(8, 2 * half), before = [.. head];
        float[] cosines = [.. Enumerable.Range(0, half).Select(i => MathF.Cos(i))], sines = [.. Enumerable.Range(0, half).Select(i => MathF.Sin(i))];
        fixed (float* h = head, c = cosines, s = sines)
        {
            RowKernels.RotateNeighbours(h, c, s, half);
        }

        for (int i = 0; i < half; i++)
        {
            Assert.Equal((before[2 * i] * cosines[i]) - (before[(2 * i) + 1] * sines[i]), head[2 * i], 1e-6f);
            Assert.Equal((before[2 * i] * sines[i]) + (before[(2 * i) + 1] * cosines[i]), head[(2 * i) + 1], 1e-6f);
        }
    }
}
