using System.Text.Json;
using KvCompose.Conformance.Comparing;
using KvCompose.Conformance.Reading;
using KvCompose.Reference.Keyformer;

namespace KvCompose.Conformance.Kinds.SecondRow;

/// <summary>Keyformer over a prompt and decode steps, with the file's noise or none.</summary>
public sealed class KeyformerKind() : SecondRowKind("keyformer.trace")
{
    /// <inheritdoc/>
    protected override void Check(JsonElement @case)
    {
        int n = @case.Int("n");
        (int keys, int recent) = KeyformerSettings.Counts(n, @case.Int("cache_percent"), @case.Int("recent_percent"));
        Expect.Equal((@case.Int("key", keys), @case.Int("recent", recent)), (keys, recent), "key and recent");
        foreach (bool exact in (bool[])[true, false])
        {
            if (@case.Optional(exact ? "reference_exact" : "default") is { } expected)
            {
                Trace(@case, expected, new KeyformerSettings(keys, recent, @case.Number("tau_start"), @case.Number("tau_step"), exact), n);
            }
        }
    }

    private static void Trace(JsonElement @case, JsonElement expected, KeyformerSettings settings, int n)
    {
        double[][][] queries = @case.Tensor("queries").Matrices(), keys = @case.Tensor("keys").Matrices();
        double[][][]? prompt = @case.Optional("noise_prompt") is null ? null : @case.Tensor("noise_prompt").Matrices();
        double[][][]? steps = @case.Optional("noise_steps")?.AsList("noise_steps")
            .Select(step => TensorReader.Read(step, "noise_steps").Matrix()).ToArray();
        int heads = keys.Length;
        KeyformerHead[] states = [.. keys.Select(_ => new KeyformerHead(settings))];
        for (int head = 0; head < heads; head++)
        {
            states[head].Prompt(
                Row2.First(Row2.Group(queries, heads, head), n), keys[head][..n], prompt is null ? null : Row2.Group(prompt, heads, head));
        }

        string what = settings.ReferenceExact ? "reference_exact" : "default";
        Row2.Lists(expected.Field("after_prompt"), [.. states.Select(state => state.Positions)], $"{what}.after_prompt");
        JsonElement[] dropped = expected.List("dropped");
        for (int step = 0; step < @case.Int("steps"); step++)
        {
            int position = n + step;
            Row2.Sets(dropped[step], [.. states.Select((state, head) => state.Step(
                Row2.Row(Row2.Group(queries, heads, head), position),
                keys[head][position],
                position,
                steps is null ? null : Row2.Group(steps[step], heads, head)))], $"{what}.dropped[{step}]");
        }

        Row2.Lists(expected.Field("kept"), [.. states.Select(state => state.Positions)], $"{what}.kept");
        Row2.NumberLists(expected.Field("scores"), [.. states.Select(state => state.Scores)], $"{what}.scores");
    }
}
