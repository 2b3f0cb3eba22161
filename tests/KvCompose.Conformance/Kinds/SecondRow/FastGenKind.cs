using System.Text.Json;
using KvCompose.Conformance.Comparing;
using KvCompose.Conformance.Reading;
using KvCompose.Reference.FastGen;

namespace KvCompose.Conformance.Kinds.SecondRow;

/// <summary>FastGen: the policy of each head, what it keeps of the prompt, and decode steps where the file has them.</summary>
public sealed class FastGenKind() : SecondRowKind("fastgen.layer", "fastgen.trace")
{
    /// <inheritdoc/>
    protected override void Check(JsonElement @case)
    {
        var settings = new FastGenSettings(
            @case.Number("threshold"), @case.Number("frequent_share"), @case.Number("local_share"), @case.Int("first_kept", 4));
        int n = @case.Int("n"), heads = @case.Int("kv_heads");
        int[] tokens = @case.Ints("token_ids"), punctuationIds = @case.Ints("punctuation_ids");
        bool[] special = FastGenTokens.Special(tokens[..n],
            [.. @case.List("special_sequences").Select(ids => ids.AsInts("special_sequences"))]);
        bool[] punctuation = FastGenTokens.Punctuation(tokens[..n], punctuationIds);
        Row2.Same(@case, "special_mask", special.Select(x => x ? 1 : 0));
        Row2.Same(@case, "punctuation_mask", punctuation.Select(x => x ? 1 : 0));
        double[][][] queries = @case.Tensor("queries").Matrices(), keys = @case.Tensor("keys").Matrices();
        FastGenHead[] states = [.. Enumerable.Range(0, heads).Select(head
            => new FastGenHead(settings, Row2.First(Row2.Group(queries, heads, head), n), keys[head][..n], special, punctuation))];
        Row2.Close(@case, "frequent_score", states.SelectMany(state => state.Frequent));
        Row2.Close(@case, "recovery", Enumerable.Range(0, 5).SelectMany(policy => states.Select(state => state.Recovery[policy])));
        Row2.Same(@case, "choice", states.Select(state => (int)state.Policy));
        Row2.Lists(@case.Field("kept_default"), [.. states.Select(state => state.Kept(n))], "kept_default");
        if (@case.Optional("kept_reference") is { } published)
        {
            Row2.Lists(published, [.. states.Select(state => state.Kept(@case.Int("reference_total")))], "kept_reference");
        }

        if (@case.Optional("decode_default") is { } decode)
        {
            Default(decode, [.. states.Select((state, head) => new FastGenDecode(settings, state, keys[head][..n], special, punctuation))],
                queries, keys, n, [.. tokens.Select(punctuationIds.Contains)]);
        }

        if (@case.Optional("decode_reference") is { } exact)
        {
            Published(exact, [.. states.Select((state, head)
                => new FastGenPublishedDecode(settings, state, keys[head][..n], special, punctuation, exact.Int("total")))],
                queries, keys, n, [.. tokens.Select(punctuationIds.Contains)]);
        }
    }

    private static void Default(
        JsonElement expected, FastGenDecode[] states, double[][][] queries, double[][][] keys, int n, bool[] punctuation)
    {
        int steps = expected.Int("steps");
        int[] evicted = expected.IndexTensor("evicted").Values;
        for (int step = 0; step < steps; step++)
        {
            int position = n + step;
            int[] gone = [.. states.Select((state, head) => state.Step(
                Row2.Row(Row2.Group(queries, states.Length, head), position), keys[head][position], position, punctuation[position]))];
            Expect.Equal<int>(evicted.AsSpan(step * states.Length, states.Length), gone, $"decode_default.evicted[{step}]");
        }

        Row2.Lists(expected.Field("kept"), [.. states.Select(state => state.Positions)], "decode_default.kept");
    }

    private static void Published(
        JsonElement expected, FastGenPublishedDecode[] states, double[][][] queries, double[][][] keys, int n, bool[] punctuation)
    {
        int[] pairs = expected.IndexTensor("evicted_and_inserted").Values;
        for (int step = 0; step < expected.Int("steps"); step++)
        {
            int position = n + step;
            for (int head = 0; head < states.Length; head++)
            {
                (int gone, bool inserted) = states[head].Step(
                    Row2.Row(Row2.Group(queries, states.Length, head), position), keys[head][position], position, punctuation[position]);
                int at = (step * states.Length + head) * 2;
                Expect.Equal((pairs[at], pairs[at + 1] != 0), (gone, inserted), $"decode_reference.evicted_and_inserted[{step}][{head}]");
            }
        }

        Row2.Sets(expected.Field("kept"), [.. states.Select(state => state.Positions)], "decode_reference.kept");
    }
}
