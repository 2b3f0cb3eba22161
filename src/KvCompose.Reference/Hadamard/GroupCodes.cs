namespace KvCompose.Reference.Hadamard;

/// <summary>A row in integer codes, one scale a group of consecutive channels.</summary>
/// <param name="Codes">[d].</param>
/// <param name="Scales">[d/group], float32.</param>
/// <param name="Zeros">[d/group], float32; 0 where the scheme is symmetric.</param>
public sealed record GroupCodes(int[] Codes, float[] Scales, float[] Zeros)
{
    /// <summary>Codes of a row.</summary>
    /// <param name="row">[d].</param>
    /// <param name="bits">b.</param>
    /// <param name="group">Channels of a group.</param>
    /// <param name="symmetric">
    /// scale = max|x|/(2^(b−1) − 1) and no zero; else scale = (max − min)/(2^b − 1), zero = min. Both are rounded to float32 before coding.
    /// </param>
    public static GroupCodes Of(double[] row, int bits, int group, bool symmetric)
    {
        var codes = new int[row.Length];
        var scales = new float[row.Length / group];
        var zeros = new float[scales.Length];
        for (int g = 0; g < scales.Length; g++)
        {
            ReadOnlySpan<double> part = row.AsSpan(g * group, group);
            double low = double.PositiveInfinity, high = double.NegativeInfinity;
            foreach (double x in part)
            {
                (low, high) = (Math.Min(low, x), Math.Max(high, x));
            }

            int most = symmetric ? (1 << (bits - 1)) - 1 : (1 << bits) - 1;
            scales[g] = (float)((symmetric ? Math.Max(Math.Abs(low), Math.Abs(high)) : high - low) / most);
            zeros[g] = symmetric ? 0 : (float)low;
            for (int i = 0; i < group; i++)
            {
                double code = scales[g] == 0 ? 0 : Math.Round((part[i] - zeros[g]) / scales[g], MidpointRounding.ToEven);
                codes[g * group + i] = (int)Math.Clamp(code, symmetric ? -most : 0, most);
            }
        }

        return new GroupCodes(codes, scales, zeros);
    }

    /// <summary>code·scale + zero.</summary>
    public static double[] Read(int[] codes, float[] scales, float[] zeros)
    {
        int group = codes.Length / scales.Length;
        return [.. codes.Select((code, i) => code * (double)scales[i / group] + zeros[i / group])];
    }
}
