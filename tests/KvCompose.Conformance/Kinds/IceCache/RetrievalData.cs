using System.Numerics;
using System.Runtime.InteropServices;
using KvCompose.Conformance.Reading;

namespace KvCompose.Conformance.Kinds.IceCache;

/// <summary>A generated data set with every query's inner products, and what the best choice of tokens would reach.</summary>
public sealed class RetrievalData
{
    private readonly float[][] _scores;
    private readonly int[][] _order;
    private readonly double[][] _probabilities;
    private readonly float[][] _fullOutput;

    private RetrievalData(GeneratedKeys data, int headDim, int queries)
    {
        Data = data;
        HeadDim = headDim;
        Tokens = data.Keys.Length / headDim;
        Queries = queries;
        _scores = new float[queries][];
        _order = new int[queries][];
        _probabilities = new double[queries][];
        _fullOutput = new float[queries][];
        Parallel.For(0, queries, Prepare);
    }

    /// <summary>Keys, queries and values.</summary>
    public GeneratedKeys Data { get; }

    /// <summary>d.</summary>
    public int HeadDim { get; }

    /// <summary>n.</summary>
    public int Tokens { get; }

    /// <summary>Queries measured.</summary>
    public int Queries { get; }

    /// <summary>Generates a data set and scores all of it.</summary>
    public static RetrievalData Make(string family, int tokens, int headDim, int queries, int seed)
        => From(GeneratedKeys.Make(family, tokens, headDim, queries, seed), headDim, queries);

    /// <summary>Scores all of a data set for its first queries.</summary>
    public static RetrievalData From(GeneratedKeys data, int headDim, int queries) => new(data, headDim, queries);

    /// <summary>One query, [headDim].</summary>
    public float[] Query(int query) => Data.Queries[(query * HeadDim)..][..HeadDim];

    /// <summary>q·k of one query with every token.</summary>
    public ReadOnlySpan<float> Scores(int query) => _scores[query];

    /// <summary>softmax(q·k/√d) of one query over all tokens.</summary>
    public ReadOnlySpan<double> Probabilities(int query) => _probabilities[query];

    /// <summary>The tokens with the largest q·k.</summary>
    public ReadOnlySpan<int> Top(int query, int count) => _order[query].AsSpan(0, Math.Min(count, Tokens));

    /// <summary>Relative L2 error of attention over <paramref name="tokens"/> only.</summary>
    public double OutputError(int query, IReadOnlyCollection<int> tokens)
    {
        float[] output = Output(query, tokens);
        double difference = 0, length = 0;
        for (int i = 0; i < HeadDim; i++)
        {
            difference += Math.Pow(output[i] - _fullOutput[query][i], 2);
            length += Math.Pow(_fullOutput[query][i], 2);
        }

        return Math.Sqrt(difference / length);
    }

    /// <summary>Inner product of single-precision rows.</summary>
    public static float Dot(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        Vector<float> sum = default;
        int i = 0;
        for (; i <= a.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            sum += new Vector<float>(a[i..]) * new Vector<float>(b[i..]);
        }

        float total = Vector.Sum(sum);
        for (; i < a.Length; i++)
        {
            total += a[i] * b[i];
        }

        return total;
    }

    private void Prepare(int query)
    {
        float[] vector = Query(query);
        float[] scores = _scores[query] = new float[Tokens];
        var negated = new float[Tokens];
        int[] order = _order[query] = new int[Tokens];
        for (int token = 0; token < Tokens; token++)
        {
            scores[token] = Dot(vector, Data.Keys.AsSpan(token * HeadDim, HeadDim));
            negated[token] = -scores[token];
            order[token] = token;
        }

        Array.Sort(negated, order);
        double largest = scores[order[0]], scale = 1 / Math.Sqrt(HeadDim), sum = 0;
        double[] probabilities = _probabilities[query] = new double[Tokens];
        for (int token = 0; token < Tokens; token++)
        {
            sum += probabilities[token] = Math.Exp((scores[token] - largest) * scale);
        }

        for (int token = 0; token < Tokens; token++)
        {
            probabilities[token] /= sum;
        }

        _fullOutput[query] = Output(query, order);
    }

    private float[] Output(int query, IReadOnlyCollection<int> tokens)
    {
        var output = new float[HeadDim];
        Span<Vector<float>> wide = MemoryMarshal.Cast<float, Vector<float>>(output.AsSpan());
        double mass = 0;
        foreach (int token in tokens)
        {
            double weight = _probabilities[query][token];
            mass += weight;
            ReadOnlySpan<float> value = Data.Values.AsSpan(token * HeadDim, HeadDim);
            ReadOnlySpan<Vector<float>> wideValue = MemoryMarshal.Cast<float, Vector<float>>(value);
            for (int i = 0; i < wide.Length; i++)
            {
                wide[i] += wideValue[i] * (float)weight;
            }

            for (int i = wide.Length * Vector<float>.Count; i < HeadDim; i++)
            {
                output[i] += value[i] * (float)weight;
            }
        }

        return [.. output.Select(sum => (float)(sum / mass))];
    }
}
