using KvCompose.Attention;
using KvCompose.Memory;
using KvCompose.Reference;
using KvCompose.Threading;

namespace KvCompose.Tests.Attention;

/// <summary>A logit without a key in every softmax.</summary>
public sealed unsafe class SinkTests
{
    [Theory]
    [InlineData(1, 2, 1, 16)]
    [InlineData(40, 4, 2, 32)]
    [InlineData(300, 6, 2, 16)]
    public void Run_WithSinks_CountsThemInProbabilitiesAndLogSumExp(int tokens, int queryHeads, int keyValueHeads, int d)
    {
        var shape = new AttentionShape(queryHeads, keyValueHeads, d);
        using var pool = new WorkerPool(2);
        using NativeFloats queries = Numbers(tokens * queryHeads * d, 1), keys = Numbers(tokens * keyValueHeads * d, 2);
        using NativeFloats values = Numbers(tokens * keyValueHeads * d, 3), sinks = Numbers(queryHeads, 4);
        using var tiles = new NativeFloats(KeyTiles.Floats(tokens, keyValueHeads, d));
        using var attended = new NativeFloats((long)tokens * queryHeads * d);
        using var logSumExp = new NativeFloats((long)tokens * queryHeads);
        using var workspace = new AttentionWorkspace { Sinks = sinks.Pointer };
        for (int head = 0; head < queryHeads; head++)
        {
            sinks.Pointer[head] *= 4 * head; // From none to more than every score.
        }

        KeyTiles.Pack(pool, keys.Pointer, tokens, keyValueHeads, d, tiles.Pointer);
        CausalAttention.Run(
            pool, workspace, shape, queries.Pointer, tiles.Pointer, values.Pointer, tokens, attended.Pointer, logSumExp.Pointer);

        for (int row = 0; row < tokens; row += 1 + (row / 8))
        {
            for (int head = 0; head < queryHeads; head++)
            {
                int keyHead = head / shape.GroupSize;
                double[] query = Row(queries, (row * queryHeads) + head, d);
                double[][] seen = [.. Enumerable.Range(0, row + 1).Select(key => Row(keys, (key * keyValueHeads) + keyHead, d))];
                double[] probabilities = SinkAttention.Probabilities(query, seen, sinks.Pointer[head]);
                double[] output = new double[d];
                for (int key = 0; key <= row; key++)
                {
                    double[] value = Row(values, (key * keyValueHeads) + keyHead, d);
                    for (int i = 0; i < d; i++)
                    {
                        output[i] += probabilities[key] * value[i];
                    }
                }

                for (int i = 0; i < d; i++)
                {
                    Assert.Equal(output[i], attended.Pointer[(((row * queryHeads) + head) * d) + i], 1e-5);
                }

                double first = query.Zip(seen[0], static (q, k) => q * k).Sum() / Math.Sqrt(d);
                Assert.Equal(first - Math.Log(probabilities[0]), logSumExp.Pointer[(head * tokens) + row], 1e-4);
            }
        }
    }

    private static double[] Row(NativeFloats floats, int row, int d) => [.. Enumerable.Range(0, d).Select(i => (double)floats.Pointer[(row * d) + i])];

    private static NativeFloats Numbers(int count, int seed)
    {
        var random = new Random(seed);
        var floats = new NativeFloats(count);
        for (int i = 0; i < count; i++)
        {
            floats.Pointer[i] = (float)((random.NextDouble() * 2) - 1);
        }

        return floats;
    }
}
