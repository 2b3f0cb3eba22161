using KvCompose.Memory;

namespace KvCompose.Models.Networks.Layers;

/// <summary>
/// Cosines and sines of rotary position embedding (Su et al. 2021). Two short tables, of every 256th position and of the 256
/// positions between, are joined by the addition theorem: a table of every position of a long context would not stay in cache.
/// Positions after the table are computed.
/// </summary>
internal sealed unsafe class RotaryTable : IDisposable
{
    private const int Fine = 256;

    private readonly NativeFloats? _coarse;
    private readonly NativeFloats? _fine;
    private readonly double[] _frequencies;
    private readonly double _magnitude;
    private readonly int _positions;

    /// <param name="frequencies">Radians per token of every pair.</param>
    /// <param name="magnitude">What cosines and sines are multiplied with.</param>
    /// <param name="positions">Positions that the table covers.</param>
    public RotaryTable(double[] frequencies, double magnitude, int positions)
    {
        _frequencies = frequencies;
        _magnitude = magnitude;
        _positions = positions;
        if (positions > 0)
        {
            _coarse = Table((positions + Fine - 1) / Fine, Fine, magnitude);
            _fine = Table(Fine, 1, 1);
        }
    }

    /// <summary>Pairs that are rotated.</summary>
    public int Half => _frequencies.Length;

    /// <summary>Cosines and sines of one position, <see cref="Half"/> each.</summary>
    public void Angles(int position, float* cosines, float* sines)
    {
        if (position >= _positions)
        {
            Compute(position, cosines, sines);
            return;
        }

        int half = Half;
        float* coarse = _coarse!.Pointer + ((long)(position / Fine) * 2 * half);
        float* fine = _fine!.Pointer + ((long)(position % Fine) * 2 * half);
        for (int i = 0; i < half; i++)
        {
            float c = coarse[i], s = coarse[half + i], cf = fine[i], sf = fine[half + i];
            cosines[i] = (c * cf) - (s * sf);
            sines[i] = (s * cf) + (c * sf);
        }
    }

    public void Dispose()
    {
        _coarse?.Dispose();
        _fine?.Dispose();
    }

    private void Compute(int position, float* cosines, float* sines)
    {
        for (int i = 0; i < _frequencies.Length; i++)
        {
            (double sine, double cosine) = Math.SinCos(position * _frequencies[i]);
            cosines[i] = (float)(cosine * _magnitude);
            sines[i] = (float)(sine * _magnitude);
        }
    }

    private NativeFloats Table(int rows, int step, double magnitude)
    {
        var table = new NativeFloats((long)rows * 2 * _frequencies.Length);
        float* row = table.Pointer;
        for (long r = 0; r < rows; r++, row += 2 * _frequencies.Length)
        {
            for (int i = 0; i < _frequencies.Length; i++)
            {
                (double sine, double cosine) = Math.SinCos(r * step * _frequencies[i]);
                row[i] = (float)(cosine * magnitude);
                row[_frequencies.Length + i] = (float)(sine * magnitude);
            }
        }

        return table;
    }
}
