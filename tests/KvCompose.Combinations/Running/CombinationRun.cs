using KvCompose.Combinations.Catalogue;
using KvCompose.Combinations.Oracle;
using KvCompose.IntegrationTests.Oracle;

namespace KvCompose.Combinations.Running;

/// <summary>
/// Runs a compiled combination beside its plain composition: two sequences of a batch, and of each a prompt and some steps, then an appended chunk and
/// further steps, twice.
/// </summary>
internal static class CombinationRun
{
    private const int Steps = 5;

    /// <summary>One prompt that budgets cut, also what a propagation leaves of it, and one that fits every budget.</summary>
    private static readonly int[] PromptTokens = [100, 27];

    /// <summary>Chunks of the sequences, turn by turn: longer than a page or two, or shorter.</summary>
    private static readonly int[][] ChunkTokens = [[38, 9], [2, 21]];

    /// <summary>The first difference, or null.</summary>
    public static string? Compare(Type pipeline, Combination combination, TestModel model)
    {
        using KvSession session = OpenSession.Of(pipeline, model, PromptTokens.Length);
        var plain = new PlainComposition[PromptTokens.Length];
        for (int sequence = 0; sequence < plain.Length; sequence++)
        {
            int[] prompt = model.Prompt(PromptTokens[sequence], sequence);
            plain[sequence] = new PlainComposition(combination, model);
            double[] expected = plain[sequence].Prefill(prompt);
            session.Prefill(sequence, prompt);
            if ((Logits(expected, session, sequence, Tolerance.Exact) ?? Held(plain[sequence], session, sequence, model)) is { } problem)
            {
                return $"prompt of {prompt.Length}: {problem}";
            }
        }

        return Decode(0, combination, model, session, plain)
            ?? Turn(ChunkTokens[0], combination, model, session, plain) ?? Decode(Steps, combination, model, session, plain)
            ?? Turn(ChunkTokens[1], combination, model, session, plain) ?? Decode(2 * Steps, combination, model, session, plain);
    }

    private static string? Turn(int[] chunks, Combination combination, TestModel model, KvSession session, PlainComposition[] plain)
    {
        for (int sequence = 0; sequence < plain.Length; sequence++)
        {
            int own = sequence, heads = model.Plain.Heads.KeyValueHeads;
            int[] chunk = model.Prompt(chunks[sequence], 60 + session.Length(own));
            var before = new int[model.Plain.Layers][][];
            model.Completing = (layer, rows) =>
            {
                if (rows == chunk.Length - 1)
                {
                    before[layer] ??= [.. Enumerable.Range(0, heads).Select(head => session.Positions(layer, head, own))];
                }
            };
            int length = session.Length(own);
            session.Append(own, chunk);
            model.Completing = null;
            double[] expected = plain[own].Append(
                chunk, (layer, head) => before[layer]?[head] ?? [], (layer, head) => session.Positions(layer, head, own));
            string? problem = Logits(expected, session, own, Tolerance.Of(combination))
                ?? (plain[own].Retrieves ? null : Held(plain[own], session, own, model))
                ?? (session.Length(own) == length + chunk.Length ? null : $"the length is {session.Length(own)}");
            if (problem is not null)
            {
                return $"chunk of {chunk.Length} behind {length}: {problem}";
            }
        }

        return null;
    }

    private static string? Decode(int from, Combination combination, TestModel model, KvSession session, PlainComposition[] plain)
    {
        for (int step = from; step < from + Steps; step++)
        {
            int[] tokens = [.. Enumerable.Range(0, plain.Length).Select(sequence => ((step * 7) + sequence) % model.Plain.Vocabulary)];
            session.Step(tokens);
            for (int sequence = 0; sequence < plain.Length; sequence++)
            {
                int own = sequence;
                double[] expected = plain[sequence].Decode(tokens[sequence], (layer, head) => session.Positions(layer, head, own));
                string? problem = Logits(expected, session, sequence, Tolerance.Of(combination))
                    ?? (plain[sequence].Retrieves ? null : Held(plain[sequence], session, sequence, model));
                if (problem is not null)
                {
                    return $"step {step} behind a prompt of {PromptTokens[sequence]}: {problem}";
                }
            }
        }

        return null;
    }

    private static string? Logits(double[] expected, KvSession session, int sequence, double tolerance)
    {
        ReadOnlySpan<float> actual = session.Logits(sequence);
        for (int i = 0; i < expected.Length; i++)
        {
            if (!(Math.Abs(actual[i] - expected[i]) <= tolerance))
            {
                return $"logit {i} is {actual[i]}, expected {expected[i]}";
            }
        }

        return null;
    }

    private static string? Held(PlainComposition plain, KvSession session, int sequence, TestModel model)
    {
        for (int layer = 0; layer < model.Plain.Layers; layer++)
        {
            for (int head = 0; head < model.Plain.Heads.KeyValueHeads; head++)
            {
                int[] expected = plain.Held(layer, head), actual = [.. session.Positions(layer, head, sequence).Order()];
                if (!expected.SequenceEqual(actual))
                {
                    return $"layer {layer}, head {head} holds {actual.Length} tokens, expected {expected.Length}; "
                        + $"missing [{string.Join(' ', expected.Except(actual))}], surplus [{string.Join(' ', actual.Except(expected))}]";
                }
            }
        }

        return null;
    }
}
