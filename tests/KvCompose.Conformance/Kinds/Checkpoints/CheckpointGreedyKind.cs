using System.Text.Json;
using KvCompose.Conformance.Comparing;
using KvCompose.Conformance.Kinds.Families;
using KvCompose.Conformance.Reading;
using KvCompose.Models;
using KvCompose.Models.Networks;

namespace KvCompose.Conformance.Kinds.Checkpoints;

/// <summary>Greedy answers to chat prompts, token by token as far as the gap between the best two is clear.</summary>
public sealed class CheckpointGreedyKind : CheckpointKind
{
    /// <inheritdoc/>
    public override string Name => "checkpoint.greedy";

    /// <inheritdoc/>
    protected override void Check(JsonElement @case, LanguageModel model)
    {
        using var decoder = new FullDecoder(model.Network);
        float[] logits = decoder.Append(@case.Ints("ids"), lastOnly: true);
        int[] continuation = @case.Ints("continuation");
        int steps = Math.Min(@case.Int("safe_steps"), continuation.Length);
        for (int step = 0; step < steps; step++)
        {
            Expect.Equal(continuation[step], LogitCheck.Largest(logits), $"token {step}");
            if (step + 1 < steps)
            {
                logits = decoder.Append([continuation[step]]);
            }
        }
    }
}
