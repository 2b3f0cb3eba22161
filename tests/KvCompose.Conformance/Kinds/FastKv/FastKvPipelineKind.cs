using System.Text.Json;
using KvCompose.Conformance.Comparing;
using KvCompose.Conformance.Reading;
using KvCompose.Reference;
using Method = KvCompose.Reference.FastKv;

namespace KvCompose.Conformance.Kinds.FastKv;

/// <summary>FastKV over several layers with one cut: lengths, capacities and original positions of every layer.</summary>
public sealed class FastKvPipelineKind : SelectorKind
{
    /// <inheritdoc/>
    public override string Name => "fastkv.pipeline";

    /// <inheritdoc/>
    protected override void Check(JsonElement @case)
    {
        JsonElement parameters = @case.Field("params"), expected = @case.Field("expected");
        int tokens = CaseParameters.Tokens(@case), window = parameters.Int("window");
        FastKvPlan plan;
        try
        {
            plan = FastKvPlans.Read(parameters, parameters.Optional("tsp_idx")?.AsInt("tsp_idx"));
        }
        catch (ArgumentException) when (expected.Optional("error") is not null)
        {
            return;
        }

        var run = new Method(CaseParameters.Layout(@case), plan, tokens);
        JsonElement? error = expected.Optional("error");
        JsonElement[] layers = error is null ? expected.List("layers") : expected.Optional("layers_before_error")?.AsList("layers") ?? [];
        for (int layer = 0; layer < layers.Length; layer++)
        {
            int number = layers[layer].Int("layer", layer);
            FastKvLayer outcome = Select(@case, run, number);
            FastKvOutcome.Check(layers[layer], outcome, run.Positions);
            if (outcome.Propagated is null)
            {
                continue;
            }

            Expect.True(layers[layer].Optional("tsp_positions") is not null, $"layer {number} cuts, no cut was expected");
            int[] reached = run.Positions;
            run.Propagate(number, [.. layers[layer].Ints("tsp_positions").Select(position => Array.BinarySearch(reached, position))]);
        }

        if (error is { } atLayer)
        {
            int number = atLayer.Int("layer", layers.Length);
            Expect.Equal(layers.Length, number, "layers before the layer of the error");
            TokenBudget? propagation = plan.Points.FirstOrDefault(point => point.Layer == number)?.Budget;
            FastKvOutcome.CheckError(() => Select(@case, run, number), window, () => propagation);
        }
        else
        {
            int[] everything = [.. Enumerable.Range(0, tokens)];
            Expect.Equal<int>(
                expected.Optional("propagated_positions")?.AsInts("propagated_positions") ?? everything, run.Positions, "propagated_positions");
        }
    }

    private static FastKvLayer Select(JsonElement @case, Method run, int layer)
    {
        HeadLayout layout = CaseParameters.Layout(@case);
        JsonElement inputs = @case.Field("inputs");
        int tokens = CaseParameters.Tokens(@case), window = @case.Field("params").Int("window");
        Tensor queries = TensorReader.ReadLayer(inputs.Field("layer_q_window"), "layer_q_window", layer)
            .MustBe("layer_q_window", 1, layout.QueryHeads, window, layout.HeadDim);
        Tensor keys = TensorReader.ReadLayer(inputs.Field("layer_k"), "layer_k", layer)
            .MustBe("layer_k", 1, layout.KeyValueHeads, tokens, layout.HeadDim);
        var surviving = new List<float>(layout.KeyValueHeads * run.Positions.Length * layout.HeadDim);
        for (int head = 0; head < layout.KeyValueHeads; head++)
        {
            foreach (int position in run.Positions)
            {
                surviving.AddRange(keys.Slice(0, head, position));
            }
        }

        return run.Select(layer, queries.Data, surviving.ToArray());
    }
}
