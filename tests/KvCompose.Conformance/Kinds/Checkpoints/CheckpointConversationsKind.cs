using System.Text.Json;
using System.Text.Json.Nodes;
using KvCompose.Conformance.Comparing;
using KvCompose.Conformance.Kinds.Families;
using KvCompose.Conformance.Reading;
using KvCompose.Models;
using KvCompose.Models.Networks;
using KvCompose.Models.Templates;

namespace KvCompose.Conformance.Kinds.Checkpoints;

/// <summary>
/// Conversations of several turns: the tokens of every turn's prompt, and its greedy answer as far as the gap between the best two is clear. What a turn
/// shares with the one before is not computed again.
/// </summary>
public sealed class CheckpointConversationsKind : CheckpointKind
{
    private const double ClearGap = 0.02;

    /// <inheritdoc/>
    public override string Name => "checkpoint.conversations";

    /// <inheritdoc/>
    protected override void Check(JsonElement @case, LanguageModel model, PeerFigures figures)
    {
        var messages = new List<JsonObject>();
        if (@case.OptionalText("system") is { } system)
        {
            messages.Add(ChatTurns.System(system));
        }

        var held = new List<int>();
        var decoder = new FullDecoder(model.Network);
        try
        {
            int number = 0;
            foreach (JsonElement turn in @case.List("turns"))
            {
                messages.Add(ChatTurns.User(turn.Text("user")));
                int[] ids = model.ChatFormat.Encode(messages);
                Expect.Equal<int>(turn.Ints("ids"), ids, $"ids of turn {number}");
                if (!ids.AsSpan().StartsWith(held.ToArray()))
                {
                    decoder.Dispose();
                    decoder = new FullDecoder(model.Network);
                    held.Clear();
                }

                Answer(decoder, held, ids, turn, number++);
                messages.Add(ChatTurns.Assistant(turn.Text("answer")));
            }
        }
        finally
        {
            decoder.Dispose();
        }

        Expect.Equal<int>(
            @case.Ints("final_ids"), model.ChatFormat.Encode(new ChatPromptRequest { Messages = messages }), "ids of the whole conversation");
    }

    private static void Answer(FullDecoder decoder, List<int> held, int[] ids, JsonElement turn, int number)
    {
        float[] logits = decoder.Append(ids.AsSpan(held.Count), lastOnly: true);
        held.Clear();
        held.AddRange(ids);
        int[] continuation = turn.Ints("continuation");
        double[] gaps = turn.Numbers("gap");
        for (int step = 0; step < continuation.Length && gaps[step] >= ClearGap; step++)
        {
            Expect.Equal(continuation[step], LogitCheck.Largest(logits), $"token {step} of turn {number}");
            if (step + 1 < continuation.Length)
            {
                logits = decoder.Append([continuation[step]]);
                held.Add(continuation[step]);
            }
        }
    }
}
