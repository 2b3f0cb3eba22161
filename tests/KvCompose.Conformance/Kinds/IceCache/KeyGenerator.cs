namespace KvCompose.Conformance.Kinds.IceCache;

/// <summary>
/// Keys, queries and values of the portable generator of the vectors: 64-bit integer mixing, then additions and
/// multiplications of doubles in a fixed order, one rounding to single precision at the end.
/// </summary>
public sealed class KeyGenerator
{
    private readonly ulong _seed;
    private readonly int _tokens;
    private readonly int _headDim;
    private readonly int _queries;

    private KeyGenerator(int tokens, int headDim, int queries, ulong seed)
    {
        (_tokens, _headDim, _queries, _seed) = (tokens, headDim, queries, seed);
        Keys = new float[tokens * headDim];
        Queries = new float[queries * headDim];
        Values = [.. Array.ConvertAll(Gauss(Stream(8), tokens * headDim), value => (float)value)];
    }

    /// <summary>[tokens, headDim].</summary>
    public float[] Keys { get; }

    /// <summary>[queries, headDim].</summary>
    public float[] Queries { get; }

    /// <summary>[tokens, headDim].</summary>
    public float[] Values { get; }

    /// <summary>Makes the data of one family: clustered, drift or iso.</summary>
    /// <exception cref="InvalidDataException">The family is none of these.</exception>
    public static KeyGenerator Make(string family, int tokens, int headDim, int queries, ulong seed)
    {
        var made = new KeyGenerator(tokens, headDim, queries, seed);
        switch (family)
        {
            case "clustered": made.Clustered(); break;
            case "drift": made.Drift(); break;
            case "iso": made.Isotropic(); break;
            default: throw new InvalidDataException($"no key family is called '{family}'");
        }

        return made;
    }

    /// <summary>The i-th output of splitmix64 started at <paramref name="seed"/>.</summary>
    public static ulong Mix(ulong seed, ulong i)
    {
        ulong z = seed + (i + 1) * 0x9E3779B97F4A7C15UL;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
        return z ^ (z >> 31);
    }

    /// <summary>Nearly normal numbers: the sum of the four 16-bit fields of one output.</summary>
    public static double[] Gauss(ulong seed, int count)
    {
        var values = new double[count];
        for (int i = 0; i < count; i++)
        {
            ulong z = Mix(seed, (ulong)i);
            long sum = (long)((z & 0xFFFF) + ((z >> 16) & 0xFFFF) + ((z >> 32) & 0xFFFF) + (z >> 48));
            values[i] = (sum - 131070) * 2.6429e-05;
        }

        return values;
    }

    /// <summary>The unit direction [headDim + 1] of a projection seed.</summary>
    public static float[] Projection(ulong seed, int headDim)
    {
        double[] direction = Gauss(seed, headDim + 1);
        double norm = Math.Sqrt(direction.Sum(value => value * value));
        return [.. direction.Select(value => (float)(value / norm))];
    }

    private ulong Stream(ulong number) => unchecked(_seed * 1000003UL + number);

    private int[] Picks(ulong stream, int count, int below)
        => [.. Enumerable.Range(0, count).Select(i => (int)(Mix(Stream(stream), (ulong)i) % (ulong)below))];

    private void Clustered()
    {
        int clusters = _tokens / 64;
        double[] centres = Gauss(Stream(1), clusters * _headDim);
        double[] radii = [.. Enumerable.Range(0, clusters).Select(i => 0.5 + (Mix(Stream(2), (ulong)i) >> 40) * Math.Pow(2, -24))];
        int[] cluster = Picks(3, _tokens, clusters);
        double[] noise = Gauss(Stream(4), _tokens * _headDim);
        for (int i = 0; i < Keys.Length; i++)
        {
            int own = cluster[i / _headDim];
            Keys[i] = (float)(radii[own] * (centres[own * _headDim + i % _headDim] + 0.5 * noise[i]));
        }

        int[] aim = Picks(5, _queries, clusters);
        noise = Gauss(Stream(6), _queries * _headDim);
        for (int i = 0; i < Queries.Length; i++)
        {
            Queries[i] = (float)(0.75 * (centres[aim[i / _headDim] * _headDim + i % _headDim] + 0.9 * noise[i]));
        }
    }

    private void Drift()
    {
        int d = _headDim;
        int clusters = _tokens / 128;
        double[] centres = Gauss(Stream(1), clusters * d);
        double[] mean = Gauss(Stream(2), d);
        var scale = new double[d];
        Array.Fill(scale, 1.0);
        scale[d / 8] = 4.0;
        scale[d / 2 + 3] = 4.0;
        int[] cluster = Picks(3, _tokens, clusters);
        double[] steps = Gauss(Stream(4), _tokens * d);
        double[] walk = new double[_tokens * d];
        double[] noise = Gauss(Stream(7), _tokens * d);
        for (int i = 0; i < Keys.Length; i++)
        {
            int channel = i % d;
            walk[i] = 0.95 * (i < d ? 0.0 : walk[i - d]) + 0.3 * steps[i];
            double local = 0.6 * centres[cluster[i / d] * d + channel] + 0.6 * walk[i];
            Keys[i] = (float)(scale[channel] * (mean[channel] + (local + 0.4 * noise[i])));
        }

        int[] near = Picks(5, _queries, _tokens);
        noise = Gauss(Stream(6), _queries * d);
        for (int i = 0; i < Queries.Length; i++)
        {
            int token = near[i / d];
            int channel = i % d;
            double local = 0.9 * centres[cluster[token] * d + channel] + 0.9 * walk[token * d + channel];
            Queries[i] = (float)((1.0 / scale[channel]) * (0.5 * mean[channel] + (local + 0.9 * noise[i])) * 0.55);
        }
    }

    private void Isotropic()
    {
        Array.ConvertAll(Gauss(Stream(4), Keys.Length), value => (float)value).CopyTo(Keys, 0);
        Array.ConvertAll(Gauss(Stream(6), Queries.Length), value => (float)(1.2 * value)).CopyTo(Queries, 0);
    }
}
