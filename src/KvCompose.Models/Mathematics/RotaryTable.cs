using KvCompose.Memory;

namespace KvCompose.Models.Mathematics;

/// <summary>
/// Cosines and sines of rotary position embedding (Su et al. 2021). Two short tables, of every 256th position and of the 256
/// positions between, are joined by the addition theorem: a table of every position of a long context would not stay in cache.
/// </summary>
internal sealed unsafe class RotaryTable : IDisposable
{
    private const int Fine = 256;

    private readonly NativeFloats _coarse;
    private readonly NativeFloats _fine;
    private readonly int _half;

    public RotaryTable(ModelConfiguration configuration)
    {
        _half = configuration.Shape.HeadDim / 2;
        var frequencies = new double[_half];
        for (int i = 0; i < _half; i++)
        {
            // Rounded to fp32, as the model's frequencies were when it was trained.
            double frequency = (float)Math.Pow(configuration.RopeTheta, -2.0 * i / configuration.Shape.HeadDim);
            frequencies[i] = (float)configuration.RopeScaling.Apply(frequency);
        }

        _coarse = Table(frequencies, (configuration.Shape.Context + Fine - 1) / Fine, Fine);
        _fine = Table(frequencies, Fine, 1);
    }

    /// <summary>Cosines [d / 2] and sines [d / 2] of one position.</summary>
    public void Angles(int position, float* cosines, float* sines)
    {
        float* coarse = _coarse.Pointer + ((long)(position / Fine) * 2 * _half);
        float* fine = _fine.Pointer + ((long)(position % Fine) * 2 * _half);
        for (int i = 0; i < _half; i++)
        {
            float c = coarse[i], s = coarse[_half + i], cf = fine[i], sf = fine[_half + i];
            cosines[i] = (c * cf) - (s * sf);
            sines[i] = (s * cf) + (c * sf);
        }
    }

    public void Dispose()
    {
        _coarse.Dispose();
        _fine.Dispose();
    }

    private static NativeFloats Table(double[] frequencies, int rows, int step)
    {
        var table = new NativeFloats((long)rows * 2 * frequencies.Length);
        float* row = table.Pointer;
        for (long r = 0; r < rows; r++, row += 2 * frequencies.Length)
        {
            for (int i = 0; i < frequencies.Length; i++)
            {
                (double sine, double cosine) = Math.SinCos(r * step * frequencies[i]);
                row[i] = (float)cosine;
                row[frequencies.Length + i] = (float)sine;
            }
        }

        return table;
    }
}
