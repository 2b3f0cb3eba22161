using KvCompose.Reference;
using KvCompose.Reference.IceCache;

namespace KvCompose.IntegrationTests.Oracle;

/// <summary>
/// The cache of the plain transformer where some tokens come from host pages of fewer bits. Attends to what a session holds after the same step, and checks that
/// the output is within what half a step of every element can change of exact attention.
/// </summary>
/// <param name="heads">The model's heads.</param>
/// <param name="session">Has taken the step already.</param>
/// <param name="format">How the host keeps its pages.</param>
/// <param name="onHost">Whether the token at a position comes from the host.</param>
internal sealed class HostPageOracle(HeadLayout heads, KvSession session, HostPageFormat format, Func<int, bool> onHost) : IPlainCache
{
    private readonly HostPageStorage _storage = new(format);
    private readonly Dictionary<(int Layer, int Head), List<(double[] Key, double[] Value)>> _tokens = []; // by position

    public void Store(int layer, float[] queries, float[] keys, float[] values)
    {
        int floats = keys.Length / heads.KeyValueHeads;
        for (int head = 0; head < heads.KeyValueHeads; head++)
        {
            _tokens[(layer, head)] = [.. Rows(keys.AsSpan(head * floats, floats)).Zip(Rows(values.AsSpan(head * floats, floats)))];
        }
    }

    public float[] Attend(int layer, float[] queries, float[] keys, float[] values)
    {
        int d = heads.HeadDim;
        var output = new float[heads.QueryHeads * d];
        for (int head = 0; head < heads.KeyValueHeads; head++)
        {
            List<(double[] Key, double[] Value)> tokens = _tokens[(layer, head)];
            tokens.Add((Rows(keys.AsSpan(head * d, d))[0], Rows(values.AsSpan(head * d, d))[0]));
            int[] positions = session.Positions(layer, head);
            for (int queryHead = head * heads.Group; queryHead < (head + 1) * heads.Group; queryHead++)
            {
                double[] query = Rows(queries.AsSpan(queryHead * d, d))[0];
                double[] read = Attention(query, [.. positions.Select(position => onHost(position) ? Read(tokens[position]) : tokens[position])]);
                AssertWithinHalfSteps(query, positions, tokens, read);
                for (int i = 0; i < d; i++)
                {
                    output[(queryHead * d) + i] = (float)read[i];
                }
            }
        }

        return output;
    }

    // With scores that are off by ε at most, a weight is off by a factor of at most exp(2ε): its own exponential and the sum by exp(ε) each.
    private void AssertWithinHalfSteps(double[] query, int[] positions, List<(double[] Key, double[] Value)> tokens, double[] read)
    {
        (double[] Key, double[] Value)[] exact = [.. positions.Select(position => tokens[position])];
        double[] weights = Weights(query, exact), expected = Attention(query, exact);
        double scores = positions.Where(onHost).Max(position => Product([.. query.Select(Math.Abs)], _storage.HalfSteps(tokens[position].Key))) / Math.Sqrt(query.Length);
        double factor = Math.Exp(2 * scores);
        for (int i = 0; i < read.Length; i++)
        {
            double bound = positions.Select((position, at) =>
            {
                double value = Math.Abs(tokens[position].Value[i]), step = onHost(position) ? _storage.HalfSteps(tokens[position].Value)[i] : 0;
                return weights[at] * (((factor - 1) * value) + (factor * step));
            }).Sum();
            Assert.InRange(read[i], expected[i] - bound - 1e-9, expected[i] + bound + 1e-9);
        }
    }

    private (double[] Key, double[] Value) Read((double[] Key, double[] Value) token) => (_storage.Read(token.Key), _storage.Read(token.Value));

    private static double[] Attention(double[] query, (double[] Key, double[] Value)[] tokens)
    {
        double[] weights = Weights(query, tokens);
        return [.. Enumerable.Range(0, query.Length).Select(i => tokens.Select((token, at) => weights[at] * token.Value[i]).Sum())];
    }

    private static double[] Weights(double[] query, (double[] Key, double[] Value)[] tokens)
    {
        double[] scores = [.. tokens.Select(token => Product(query, token.Key) / Math.Sqrt(query.Length))];
        double largest = scores.Max(), sum = scores.Sum(score => Math.Exp(score - largest));
        return [.. scores.Select(score => Math.Exp(score - largest) / sum)];
    }

    private static double Product(double[] a, double[] b) => a.Zip(b, static (x, y) => x * y).Sum();

    private double[][] Rows(ReadOnlySpan<float> rows) => [.. rows.ToArray().Select(static element => (double)element).Chunk(heads.HeadDim)];
}
