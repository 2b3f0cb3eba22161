using KvCompose.Cache;
using KvCompose.Memory;

namespace KvCompose.Sessions;

/// <summary>
/// Asks a model, before a session stores its keys as codes, whether the codes could tell its keys apart. A page has one scale for each channel of its keys.
/// A bias of the key projection is rotated from token to token: in channels that turn quickly it swings through its whole size within a page, so that the
/// scale is the bias's and not the keys'. The bias of each position is what the model projects of a hidden state of zeros; how far keys vary beside it is
/// what it projects of random states.
/// </summary>
internal sealed unsafe class KeyBiasProbe
{
    /// <summary>
    /// Share of the keys' variance that the rounding to codes may add on account of biases. Without biases normal keys span some four standard deviations in a
    /// page of 32, so that codes of 4 bits add (4/15)²/12, less than a hundredth: a tenth is far outside of what the method is meant for.
    /// </summary>
    public const double Limit = 0.1;

    private readonly TransformerShape _shape;
    private readonly int _rows;
    private readonly int _steps;
    private readonly int[] _positions;

    private KeyBiasProbe(TransformerShape shape, PageLayout layout)
    {
        _shape = shape;
        _rows = Math.Min(layout.PageTokens, shape.Context);
        _steps = (1 << layout.ElementBits) - 1;
        _positions = [.. Enumerable.Range(0, _rows)];
    }

    /// <summary>Requires that codes of the layout resolve a model's keys.</summary>
    /// <exception cref="KeyBiasException">In a layer they do not.</exception>
    public static void Require<TTransformer>(string pipeline, TTransformer transformer, PageLayout layout)
        where TTransformer : struct, ITransformer
    {
        var probe = new KeyBiasProbe(transformer.Shape, layout);
        for (int layer = 0; layer < transformer.Shape.Layers; layer++)
        {
            if (probe.WorstHead(transformer, layer) is { Noise: > Limit } worst)
            {
                throw new KeyBiasException(pipeline, layer, worst.Head, worst.Noise, layout.ElementBits);
            }
        }
    }

    /// <summary>The head whose codes add most noise because of biases, and its noise relative to the keys' variance.</summary>
    private (int Head, double Noise) WorstHead<TTransformer>(TTransformer transformer, int layer)
        where TTransformer : struct, ITransformer
    {
        int width = _shape.KeyValueHeads * _shape.HeadDim;
        using var hidden = new NativeFloats((long)_rows * _shape.Hidden);
        using var queries = new NativeFloats((long)_rows * _shape.QueryHeads * _shape.HeadDim);
        using var values = new NativeFloats((long)_rows * width);
        using var biases = new NativeFloats((long)_rows * width);

        // Position 0 alone tells whether there are biases at all.
        transformer.Project(layer, hidden.Pointer, _positions.AsSpan(0, 1), queries.Pointer, biases.Pointer, values.Pointer);
        if (!new ReadOnlySpan<float>(biases.Pointer, width).ContainsAnyExcept(0f))
        {
            return (0, 0);
        }

        transformer.Project(layer, hidden.Pointer, _positions, queries.Pointer, biases.Pointer, values.Pointer);
        using var keys = new NativeFloats((long)_rows * width);
        FillNormal(hidden.Pointer, (long)_rows * _shape.Hidden, layer);
        transformer.Project(layer, hidden.Pointer, _positions, queries.Pointer, keys.Pointer, values.Pointer);

        (int Head, double Noise) worst = (0, 0);
        for (int head = 0; head < _shape.KeyValueHeads; head++)
        {
            double noise = 0, variance = 0;
            for (int channel = head * _shape.HeadDim; channel < (head + 1) * _shape.HeadDim; channel++)
            {
                double step = Swing(biases.Pointer + channel, width) / _steps;
                noise += step * step / 12; // the variance of rounding to a multiple of the step
                variance += Variance(keys.Pointer + channel, biases.Pointer + channel, width);
            }

            worst = noise > worst.Noise * variance ? (head, noise / variance) : worst;
        }

        return worst;
    }

    private double Swing(float* column, int stride)
    {
        float least = float.PositiveInfinity, most = float.NegativeInfinity;
        for (int row = 0; row < _rows; row++, column += stride)
        {
            (least, most) = (Math.Min(least, *column), Math.Max(most, *column));
        }

        return most - least;
    }

    private double Variance(float* keys, float* biases, int stride)
    {
        double sum = 0;
        for (int row = 0; row < _rows; row++, keys += stride, biases += stride)
        {
            sum += ((double)*keys - *biases) * ((double)*keys - *biases);
        }

        return sum / _rows;
    }

    /// <summary>Normal numbers by Box and Muller; the same for the same layer.</summary>
    private static void FillNormal(float* target, long count, int seed)
    {
        var random = new Random(seed);
        for (long i = 0; i < count; i++)
        {
            target[i] = (float)(Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()));
        }
    }
}
