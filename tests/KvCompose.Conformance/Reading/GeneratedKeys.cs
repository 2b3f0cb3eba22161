namespace KvCompose.Conformance.Reading;

/// <summary>
/// The portable synthetic keys, queries and values of the IceCache vectors. Double arithmetic in the order written and one
/// final rounding to float32, so that every port gives the same bits.
/// </summary>
/// <param name="Keys">[tokens, headDim].</param>
/// <param name="Queries">[queries, headDim].</param>
/// <param name="Values">[tokens, headDim].</param>
public sealed record GeneratedKeys(float[] Keys, float[] Queries, float[] Values)
{
    /// <summary>Makes a data set.</summary>
    /// <param name="family">clustered, drift or iso.</param>
    /// <param name="tokens">n, rows of keys and values.</param>
    /// <param name="headDim">d.</param>
    /// <param name="queries">Rows of queries.</param>
    /// <param name="seed">Seed of the data set; stream k has the seed seed * 1000003 + k.</param>
    /// <exception cref="VectorFormatException">The family is unknown, or too short for one cluster.</exception>
    public static GeneratedKeys Make(string family, int tokens, int headDim, int queries, int seed)
    {
        var streams = new Streams(unchecked((ulong)seed * 1000003UL), tokens, headDim, queries);
        (double[] keys, double[] query) = family switch
        {
            "clustered" => Clustered(streams),
            "drift" => Drift(streams),
            "iso" => (streams.Gauss(4, tokens * headDim), Scale(1.2, streams.Gauss(6, queries * headDim))),
            _ => throw new VectorFormatException($"there is no generated data family '{family}'"),
        };
        return new GeneratedKeys(Round(keys), Round(query), Round(streams.Gauss(8, tokens * headDim)));
    }

    /// <summary>Standard normal-like doubles: field sums of splitmix64 times 2.6429e-05.</summary>
    public static double[] Gauss(ulong seed, int count)
    {
        var values = new double[count];
        for (int i = 0; i < count; i++)
        {
            values[i] = SplitMix64.FieldSum(SplitMix64.Mix(seed, (ulong)i)) * 2.6429e-05;
        }

        return values;
    }

    /// <summary>Doubles in [0, 1): the top 24 bits of splitmix64.</summary>
    public static double[] Uniform(ulong seed, int count)
    {
        var values = new double[count];
        for (int i = 0; i < count; i++)
        {
            values[i] = (SplitMix64.Mix(seed, (ulong)i) >> 40) * (1.0 / 16777216);
        }

        return values;
    }

    /// <summary>Check sum of the first 4096 words of float32 data: h = (h xor word) * 16777619 modulo 2^32.</summary>
    public static uint Checksum(ReadOnlySpan<float> data)
    {
        uint hash = 0x811C9DC5;
        foreach (float value in data[..Math.Min(data.Length, 4096)])
        {
            hash = unchecked((hash ^ BitConverter.SingleToUInt32Bits(value)) * 16777619u);
        }

        return hash;
    }

    private static (double[] Keys, double[] Queries) Clustered(Streams s)
    {
        int clusters = s.Clusters(64), d = s.HeadDim;
        double[] mean = s.Gauss(1, clusters * d), radius = s.Uniform(2, clusters), noise = s.Gauss(4, s.Tokens * d);
        double[] queryNoise = s.Gauss(6, s.Queries * d);
        int[] cluster = s.Choices(3, s.Tokens, clusters), queryCluster = s.Choices(5, s.Queries, clusters);
        var keys = new double[s.Tokens * d];
        for (int i = 0; i < keys.Length; i++)
        {
            int c = cluster[i / d];
            keys[i] = (0.5 + radius[c]) * (mean[c * d + i % d] + 0.5 * noise[i]);
        }

        var queries = new double[s.Queries * d];
        for (int i = 0; i < queries.Length; i++)
        {
            queries[i] = 0.75 * (mean[queryCluster[i / d] * d + i % d] + 0.9 * queryNoise[i]);
        }

        return (keys, queries);
    }

    private static (double[] Keys, double[] Queries) Drift(Streams s)
    {
        int clusters = s.Clusters(128), d = s.HeadDim;
        double[] mean = s.Gauss(1, clusters * d), common = s.Gauss(2, d), step = s.Gauss(4, s.Tokens * d);
        double[] noise = s.Gauss(7, s.Tokens * d), queryNoise = s.Gauss(6, s.Queries * d);
        int[] cluster = s.Choices(3, s.Tokens, clusters), about = s.Choices(5, s.Queries, s.Tokens);
        var scale = new double[d];
        Array.Fill(scale, 1.0);
        scale[d / 8] = 4;
        scale[d / 2 + 3] = 4;
        double[] walk = new double[s.Tokens * d], keys = new double[s.Tokens * d];
        for (int i = 0; i < keys.Length; i++)
        {
            walk[i] = 0.95 * (i < d ? 0 : walk[i - d]) + 0.3 * step[i];
            double place = 0.6 * mean[cluster[i / d] * d + i % d] + 0.6 * walk[i];
            keys[i] = scale[i % d] * (common[i % d] + (place + 0.4 * noise[i]));
        }

        var queries = new double[s.Queries * d];
        for (int i = 0; i < queries.Length; i++)
        {
            int token = about[i / d], column = i % d;
            double place = 0.9 * mean[cluster[token] * d + column] + 0.9 * walk[token * d + column];
            queries[i] = 1.0 / scale[column] * (0.5 * common[column] + (place + 0.9 * queryNoise[i])) * 0.55;
        }

        return (keys, queries);
    }

    private static double[] Scale(double factor, double[] values) => [.. values.Select(value => factor * value)];

    private static float[] Round(double[] values) => [.. values.Select(value => (float)value)];

    private sealed record Streams(ulong Base, int Tokens, int HeadDim, int Queries)
    {
        public double[] Gauss(int stream, int count) => GeneratedKeys.Gauss(Base + (ulong)stream, count);

        public double[] Uniform(int stream, int count) => GeneratedKeys.Uniform(Base + (ulong)stream, count);

        public int[] Choices(int stream, int count, int among) =>
            [.. Enumerable.Range(0, count).Select(i => (int)(SplitMix64.Mix(Base + (ulong)stream, (ulong)i) % (ulong)among))];

        public int Clusters(int tokensEach) => Tokens >= tokensEach
            ? Tokens / tokensEach
            : throw new VectorFormatException($"{Tokens} tokens are fewer than one cluster of {tokensEach}");
    }
}
