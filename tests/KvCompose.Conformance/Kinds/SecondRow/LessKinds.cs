using System.Text.Json;
using KvCompose.Conformance.Reading;
using KvCompose.Reference.Less;

namespace KvCompose.Conformance.Kinds.SecondRow;

/// <summary>Reads the networks of LESS.</summary>
internal static class LessFile
{
    public static LessWeights[] Weights(JsonElement @case)
    {
        JsonElement weights = @case.Field("weights");
        int heads = @case.Int("kv_heads");
        double[][][] a1 = weights.Tensor("A1").Matrices(), a2 = weights.Tensor("A2").Matrices();
        double[][][] b1 = weights.Tensor("B1").Matrices(), b2 = weights.Tensor("B2").Matrices(), m = weights.Tensor("M").Matrices();
        double[][] s1 = weights.Tensor("s1").Matrix(), s2 = weights.Tensor("s2").Matrix();
        return [.. Enumerable.Range(0, heads).Select(head => new LessWeights(
            Row2.Group(a1, heads, head), Row2.Group(a2, heads, head), b1[head], b2[head], m[head], s1[head], s2[head]))];
    }
}

/// <summary>One row of attention over kept keys and the memory of the evicted ones.</summary>
public sealed class LessStateKind() : SecondRowKind("less.state")
{
    /// <inheritdoc/>
    protected override void Check(JsonElement @case)
    {
        LessWeights[] weights = LessFile.Weights(@case);
        int heads = weights.Length, d = @case.Int("head_dim");
        double[][] queries = @case.Tensor("queries").Matrix();
        double[][][] keys = @case.Tensor("kept_keys").Matrices(), values = @case.Tensor("kept_values").Matrices();
        double[][][] evictedKeys = @case.Tensor("evicted_keys").Matrices(), evictedValues = @case.Tensor("evicted_values").Matrices();
        LessState[] states = [.. weights.Select(head => new LessState(head, d))];
        Row2.Close(@case, "psi", evictedKeys.SelectMany((head, h) => head.SelectMany(weights[h].Psi)));
        for (int head = 0; head < heads && !@case.Flag("state_empty", false); head++)
        {
            foreach ((double[] key, double[] value) in evictedKeys[head].Zip(evictedValues[head]))
            {
                states[head].Evict(key, value);
            }
        }

        int group = queries.Length / heads;
        LessAttention[] attended = [.. queries.Select((query, head)
            => states[head / group].Attend(head % group, query, keys[head / group], values[head / group]))];
        Row2.Close(@case, "H", states.SelectMany(state => Row2.Flat(state.Memory)));
        Row2.Close(@case, "z", states.SelectMany(state => state.Norm));
        Row2.Close(@case, "phi", attended.SelectMany(row => row.Phi));
        Row2.Close(@case, "low_norm", attended.Select(row => row.LowNorm));
        Row2.Close(@case, "kept_logsumexp", attended.Select(row => row.KeptLogSumExp));
        Row2.Close(@case, "log_total", attended.Select(row => row.LogTotal));
        Row2.Close(@case, "output", attended.SelectMany(row => row.Output));
    }
}

/// <summary>LESS over a prompt and decode steps.</summary>
public sealed class LessTraceKind() : SecondRowKind("less.trace")
{
    /// <inheritdoc/>
    protected override void Check(JsonElement @case)
    {
        LessWeights[] weights = LessFile.Weights(@case);
        int heads = weights.Length, n = @case.Int("n"), steps = @case.Int("steps");
        double[][][] queries = @case.Tensor("queries").Matrices(), keys = @case.Tensor("keys").Matrices(),
            values = @case.Tensor("values").Matrices();
        bool first = @case.Text("policy") switch
        {
            "h2o" => false,
            "lambda" => true,
            var other => throw new VectorFormatException($"there is no policy '{other}'"),
        };
        LessHead[] states = [.. weights
            .Select(head => new LessHead(head, @case.Int("heavy"), @case.Int("recent"), first, @case.Int("head_dim")))];
        double[][][] output = [.. states.SelectMany((state, head)
            => state.Prompt(Row2.First(Row2.Group(queries, heads, head), n), keys[head][..n], values[head][..n]))];
        JsonElement prompt = @case.Field("after_prompt");
        Row2.Close(prompt, "output", Row2.Flat(output));
        State(prompt, states);
        var outputs = new List<double>();
        JsonElement[] evicted = @case.List("step_evicted");
        for (int step = 0; step < steps; step++)
        {
            int position = n + step;
            (double[][] Outputs, int[] Evicted)[] stepped = [.. states.Select((state, head) => state.Step(
                Row2.Row(Row2.Group(queries, heads, head), position), keys[head][position], values[head][position], position))];
            outputs.AddRange(stepped.SelectMany(head => Row2.Flat(head.Outputs)));
            Row2.Sets(evicted[step], [.. stepped.Select(head => head.Evicted)], $"step_evicted[{step}]");
        }

        Row2.Close(@case, "step_output", outputs);
        JsonElement final = @case.Field("final");
        State(final, states);
        Row2.NumberLists(final.Field("scores"), [.. states.Select(state => state.Scores)], "final.scores");
    }

    private static void State(JsonElement expected, LessHead[] states)
    {
        Row2.Lists(expected.Field("kept"), [.. states.Select(state => state.Positions)], "kept");
        Row2.Close(expected, "H", states.SelectMany(state => Row2.Flat(state.State.Memory)));
        Row2.Close(expected, "z", states.SelectMany(state => state.State.Norm));
    }
}

/// <summary>The loss of a fit: information, whose form alone is checked.</summary>
public sealed class LessTrainingKind() : SecondRowKind("less.training")
{
    /// <inheritdoc/>
    protected override void Check(JsonElement @case)
    {
        double[] loss = @case.Numbers("loss");
        Comparing.Expect.True(loss.Length > 0 && loss.All(double.IsFinite), "loss holds no finite numbers");
    }
}
