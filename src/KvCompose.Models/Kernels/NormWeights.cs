using System.Numerics.Tensors;
using KvCompose.Memory;

namespace KvCompose.Models.Kernels;

/// <summary>A normalisation with its weights: RMS norm (Zhang and Sennrich 2019) or layer norm (Ba et al. 2016).</summary>
internal sealed unsafe class NormWeights(NormDescription description, NativeFloats weights, NativeFloats? bias)
{
    /// <summary>What a row needs: mean x, and 1 / √(mean (x − mean)² + ε), where RMS norm takes 0 for the mean.</summary>
    public RowStatistics Statistics(float* row, int width)
    {
        var numbers = new ReadOnlySpan<float>(row, width);
        if (description.Kind == NormKind.RootMeanSquare)
        {
            return new RowStatistics(0, 1 / MathF.Sqrt((TensorPrimitives.SumOfSquares(numbers) / width) + description.Epsilon));
        }

        float mean = TensorPrimitives.Sum(numbers) / width, squares = 0;
        for (int i = 0; i < width; i++)
        {
            float deviation = row[i] - mean;
            squares += deviation * deviation;
        }

        return new RowStatistics(mean, 1 / MathF.Sqrt((squares / width) + description.Epsilon));
    }

    /// <summary>Normalises a part of a row.</summary>
    /// <param name="source">The part.</param>
    /// <param name="statistics">Of the whole row.</param>
    /// <param name="first">Where the part begins in the weights.</param>
    /// <param name="target">Receives it; may be <paramref name="source"/>.</param>
    /// <param name="count">Elements of the part.</param>
    public void Apply(float* source, RowStatistics statistics, int first, float* target, int count)
    {
        if (description.Kind == NormKind.RootMeanSquare)
        {
            RowKernels.ScaleByWeights(source, statistics.Factor, weights.Pointer + first, target, count);
            return;
        }

        float* weight = weights.Pointer + first;
        float* addend = bias is null ? null : bias.Pointer + first;
        for (int i = 0; i < count; i++)
        {
            float normalised = (source[i] - statistics.Mean) * statistics.Factor * weight[i];
            target[i] = addend is null ? normalised : normalised + addend[i];
        }
    }

    /// <summary>Normalises a whole row in place.</summary>
    public void Apply(float* row, int width, int first = 0) => Apply(row, Statistics(row, width), first, row, width);
}
