namespace KvCompose.Reference.Presses;

/// <summary>Rotary positions whose channel i pairs with channel i + d/2.</summary>
/// <param name="Frequencies">[d/2] angle of one position, scaling included.</param>
public sealed record Rotary(double[] Frequencies)
{
    /// <summary>Turns a vector [d] as the token at this position is turned.</summary>
    public double[] Rotate(double[] vector, double position)
    {
        int half = Frequencies.Length;
        var turned = new double[vector.Length];
        for (int i = 0; i < half; i++)
        {
            (double sin, double cos) = Math.SinCos(position * Frequencies[i]);
            turned[i] = vector[i] * cos - vector[i + half] * sin;
            turned[i + half] = vector[i + half] * cos + vector[i] * sin;
        }

        return turned;
    }

    /// <summary>
    /// R̄: cosines and sines averaged over <paramref name="count"/> positions from <paramref name="first"/> on, each [d/2].
    /// </summary>
    public (double[] Cos, double[] Sin) Mean(int first, int count)
    {
        IEnumerable<int> positions = Enumerable.Range(first, count);
        return (
            [.. Frequencies.Select(f => positions.Average(p => Math.Cos(p * f)))],
            [.. Frequencies.Select(f => positions.Average(p => Math.Sin(p * f)))]);
    }

    /// <summary>R̄·x.</summary>
    public static double[] Apply((double[] Cos, double[] Sin) mean, double[] vector)
    {
        int half = mean.Cos.Length;
        return
        [
            .. Enumerable.Range(0, half).Select(i => vector[i] * mean.Cos[i] - vector[i + half] * mean.Sin[i]),
            .. Enumerable.Range(0, half).Select(i => vector[i + half] * mean.Cos[i] + vector[i] * mean.Sin[i]),
        ];
    }
}
