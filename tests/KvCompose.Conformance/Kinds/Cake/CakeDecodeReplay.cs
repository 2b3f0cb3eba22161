using System.Text.Json;
using KvCompose.Conformance.Comparing;
using KvCompose.Conformance.Reading;
using KvCompose.Reference;

namespace KvCompose.Conformance.Kinds.Cake;

/// <summary>Decodes step by step after a finished cascade and compares what every head holds, in storage order.</summary>
internal static class CakeDecodeReplay
{
    public static void Compare(CakePipelineCase input, CakeCascade prefill, JsonElement[] steps)
    {
        int heads = input.Batch * input.KvHeads;
        for (int layer = 0; layer < input.Layers; layer++)
        {
            int[][] held = [.. Enumerable.Range(0, heads).Select(head => prefill.Stored(layer, head))];
            for (int step = 0; step < steps.Length; step++)
            {
                string name = $"decode[{step}] layer {layer}";
                int[][] expected = CakePositions.Heads(steps[step].List("positions")[layer], name);
                Expect.Equal(expected.Length, heads, $"{name}, heads");
                for (int head = 0; head < heads; head++)
                {
                    held[head] = Step(input, step, layer, head, held[head], prefill.Budgets[layer]);
                    Expect.Equal(steps[step].Ints("lengths")[layer], held[head].Length, $"{name}, length of head {head}");
                    Expect.Equal<int>(expected[head], held[head], $"{name}, head {head}");
                }
            }
        }
    }

    private static int[] Step(CakePipelineCase input, int step, int layer, int head, int[] held, int budget)
    {
        int row = head / input.KvHeads, kvHead = head % input.KvHeads, groupSize = input.QueryHeads / input.KvHeads;
        int[] positions = [.. held, input.Tokens + step];
        var keys = new float[positions.Length * input.HeadDim];
        for (int slot = 0; slot < positions.Length; slot++)
        {
            input.Key(layer, row, kvHead, positions[slot]).CopyTo(keys.AsSpan(slot * input.HeadDim));
        }

        var attention = new double[groupSize][];
        for (int member = 0; member < groupSize; member++)
        {
            double[,] probabilities = WindowAttention.Probabilities(
                input.DecodeQueries!.Slice(step, layer, row, kvHead * groupSize + member), keys, 1, positions.Length, input.HeadDim);
            attention[member] = [.. Enumerable.Range(0, positions.Length).Select(slot => probabilities[0, slot])];
        }

        return [.. CakeDecode.Survivors(attention, positions, budget, input.Options).Select(slot => positions[slot])];
    }
}
