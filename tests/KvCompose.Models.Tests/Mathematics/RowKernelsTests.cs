using KvCompose.Models.Mathematics;
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
        fixed (float* pr = rows, pw = weights, pt = target)
        {
            var source = new NormalisedRows(pr, width, pw, 1e-5f);
            source.Copy(1, source.Prepare(1), 0, width, pt);
        }

        double mean = rows[width..].Average(x => (double)x * x);
        for (int i = 0; i < width; i++)
        {
            Assert.Equal(rows[width + i] / Math.Sqrt(mean + 1e-5) * weights[i], target[i], 1e-5);
        }
    }
}
