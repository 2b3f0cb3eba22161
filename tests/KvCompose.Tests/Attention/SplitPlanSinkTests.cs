using KvCompose.Attention;
using KvCompose.Cache;
using KvCompose.Memory;
using KvCompose.Numerics;
using KvCompose.Reference;
using KvCompose.Runtime;

namespace KvCompose.Tests.Attention;

/// <summary>Splits of a decode step with a logit without a key: what is attended, and the probabilities that stages are given.</summary>
public sealed unsafe class SplitPlanSinkTests
{
    private const int Group = 2, HeadDim = 16, Split = 64, Stride = 64;

    [Theory]
    [InlineData(1, -3)]
    [InlineData(30, 0.5)]
    [InlineData(64, 60)]
    [InlineData(100, 2)]
    [InlineData(200, -100)]
    public void MergeAndProbabilities_WithSinks_CountThem(int tokens, double sink)
    {
        var random = new Random(tokens);
        double[] Numbers(int count) => [.. Enumerable.Range(0, count).Select(_ => (double)(float)((random.NextDouble() * 2) - 1))];
        double[][] queries = [Numbers(HeadDim), Numbers(HeadDim)], keys = [.. Enumerable.Range(0, tokens).Select(_ => Numbers(HeadDim))];
        double[][] values = [.. Enumerable.Range(0, tokens).Select(_ => Numbers(HeadDim))];
        var layout = new PageLayout(HeadDim, 32, 32);
        using var plan = new KvSplitPlan(Group, layout, Split, Stride);
        using var sinks = new NativeFloats(2 * Group);
        using var attended = new NativeFloats(Group * HeadDim);
        using var probabilities = new NativeFloats(((tokens + Split - 1) / Split * Split) + 16);
        (sinks.Pointer[0], sinks.Pointer[1]) = ((float)sink, (float)-sink);
        PageTable table = new() { Tokens = tokens, PageCount = (tokens + 31) / 32, RetainsWeights = true };
        plan.Sinks = sinks.Pointer;
        plan.Clear();
        plan.Add(&table, 1, attended.Pointer, attended.Pointer, 0, tokens - 1);
        plan.PlaceWeights();
        for (int split = 0; split < plan.Count; split++)
        {
            Attend(plan, plan.Items + split, split * Split, queries, keys, values);
        }

        plan.Merge();
        for (int member = 0; member < Group; member++)
        {
            double[] expected = SinkAttention.Probabilities(queries[member], keys, sinks.Pointer[member]);
            plan.Probabilities(plan.Heads, member, probabilities.Pointer);
            for (int token = 0; token < tokens; token++)
            {
                Assert.Equal(expected[token], probabilities.Pointer[token], 1e-5);
            }

            for (int i = 0; i < HeadDim; i++)
            {
                Assert.Equal(expected.Select((p, token) => p * values[token][i]).Sum(), attended.Pointer[(member * HeadDim) + i], 1e-5);
            }
        }
    }

    /// <summary>What emitted code does with one split.</summary>
    private static void Attend(KvSplitPlan plan, KvSplit* item, int first, double[][] queries, double[][] keys, double[][] values)
    {
        float* partial = plan.Partials + ((nint)item->Partial * plan.PartialFloats);
        for (int member = 0; member < Group; member++)
        {
            float* weights = item->Weights + (member * Stride);
            for (int token = 0; token < item->Tokens; token++)
            {
                weights[token] = (float)(keys[first + token].Zip(queries[member], static (k, q) => k * q).Sum() / Math.Sqrt(HeadDim) * VectorExponential.Log2E);
            }

            SplitSoftmax.Run(weights, item->Tokens, item->Maxima + member, item->Maxima + Group + member);
            partial[member] = item->Maxima[member] * VectorExponential.Ln2;
            partial[Group + member] = item->Maxima[Group + member];
            for (int i = 0; i < HeadDim; i++)
            {
                double sum = 0;
                for (int token = 0; token < item->Tokens; token++)
                {
                    sum += weights[token] * values[first + token][i];
                }

                partial[(2 * Group) + (member * HeadDim) + i] = (float)sum;
            }
        }
    }
}
