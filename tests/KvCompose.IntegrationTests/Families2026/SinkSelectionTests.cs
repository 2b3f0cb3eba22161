using KvCompose.Memory;
using KvCompose.Models;
using KvCompose.Reference;
using KvCompose.Tests.Conformance;

namespace KvCompose.IntegrationTests.Families2026;

/// <summary>What a selection sees of a model with sinks: probabilities that leave the sink its share.</summary>
public sealed unsafe class SinkSelectionTests
{
    private const int Prompt = 60, Window = 4, Kernel = 3, Kept = 30;

    [Fact]
    public void SnapKv_OverSinks_KeepsTheBestByProbabilitiesWithThem()
    {
        using LanguageModel model = LanguageModel.Load(
            OpenVectors.Path("families-2026", "gptoss-a-mxfp4"), new LanguageModelOptions { Threads = 1 });
        using KvSession session = HybridHalf.Open(model);
        for (int head = 0; head < model.Shape.QueryHeads; head++)
        {
            model.Transformer.Sinks(1)[head] = head % 2 == 0 ? 40 : 0; // One head of a group hardly looks at the prompt.
        }

        int differing = 0;
        for (int seed = 0; seed < 4; seed++)
        {
            var random = new Random(seed);
            int[] tokens = [.. Enumerable.Range(0, Prompt).Select(_ => random.Next(150))];
            session.Prefill(tokens);
            double[][] scores = Scores(model, tokens, sinks: true), without = Scores(model, tokens, sinks: false);
            for (int head = 0; head < scores.Length; head++)
            {
                Assert.Equal(Best(scores[head]), session.Positions(1, head).Order());
                differing += Best(scores[head]).SequenceEqual(Best(without[head])) ? 0 : 1;
            }
        }

        Assert.True(differing > 0, "the sinks make no difference to these prompts, so that they show nothing");
    }

    private static IEnumerable<int> Best(double[] scores)
        => Enumerable.Range(0, scores.Length).OrderByDescending(i => scores[i]).Take(Kept - Window).Concat(Enumerable.Range(Prompt - Window, Window)).Order();

    /// <summary>Scores of the keys of layer 1, the only one that sees every token.</summary>
    private static double[][] Scores(LanguageModel model, int[] tokens, bool sinks)
    {
        LanguageTransformer transformer = model.Transformer;
        TransformerShape shape = transformer.Shape;
        int[] positions = [.. Enumerable.Range(0, Prompt)];
        using var hidden = new NativeFloats((long)Prompt * shape.Hidden);
        using var queries = new NativeFloats((long)Prompt * shape.QueryHeads * shape.HeadDim);
        using var keys = new NativeFloats((long)Prompt * shape.KeyValueHeads * shape.HeadDim);
        using var values = new NativeFloats(keys.Count);
        using var attended = new NativeFloats(queries.Count);
        transformer.Embed(tokens, hidden.Pointer);
        transformer.Project(0, hidden.Pointer, positions, queries.Pointer, keys.Pointer, values.Pointer);
        int window = transformer.Layer(0).Window;
        for (int row = 0; row < Prompt; row++)
        {
            for (int head = 0; head < shape.QueryHeads; head++)
            {
                int first = Math.Max(0, row - window + 1);
                double[] weights = Weights(shape, queries, keys, row, head, first, transformer.Sinks(0)[head]);
                for (int i = 0; i < shape.HeadDim; i++)
                {
                    double sum = 0;
                    for (int key = first; key <= row; key++)
                    {
                        sum += weights[key - first] * values.Pointer[(((key * shape.KeyValueHeads) + (head / shape.GroupSize)) * shape.HeadDim) + i];
                    }

                    attended.Pointer[(((row * shape.QueryHeads) + head) * shape.HeadDim) + i] = (float)sum;
                }
            }
        }

        transformer.Complete(0, attended.Pointer, hidden.Pointer, Prompt);
        transformer.Project(1, hidden.Pointer, positions, queries.Pointer, keys.Pointer, values.Pointer);
        double[][] byQuery = [.. Enumerable.Range(0, shape.QueryHeads).Select(head =>
        {
            double[] sums = new double[Prompt - Window];
            for (int row = Prompt - Window; row < Prompt; row++)
            {
                double[] weights = Weights(shape, queries, keys, row, head, 0, sinks ? transformer.Sinks(1)[head] : double.NegativeInfinity);
                for (int key = 0; key < sums.Length; key++)
                {
                    sums[key] += weights[key];
                }
            }

            return Pooling.Apply(sums, PoolingKind.Average, Kernel);
        })];
        return [.. Enumerable.Range(0, shape.KeyValueHeads).Select(head => Numbers.Mean(byQuery[(head * shape.GroupSize)..((head + 1) * shape.GroupSize)]))];
    }

    private static double[] Weights(TransformerShape shape, NativeFloats queries, NativeFloats keys, int row, int head, int first, double sink)
    {
        double[] Row(NativeFloats floats, int heads, int at, int own)
            => [.. Enumerable.Range(0, shape.HeadDim).Select(i => (double)floats.Pointer[(((at * heads) + own) * shape.HeadDim) + i])];
        double[][] seen = [.. Enumerable.Range(first, row + 1 - first).Select(key => Row(keys, shape.KeyValueHeads, key, head / shape.GroupSize))];
        return SinkAttention.Probabilities(Row(queries, shape.QueryHeads, row, head), seen, sink);
    }
}
