using System.Text.Json.Nodes;
using KvCompose.Models.Chat;
using KvCompose.Models.Templates;

namespace KvCompose.Serving.Chat;

/// <summary>
/// The prompt of a conversation's next turn. The answer's own tokens stay: its text, split into tokens anew, may be other ones, and then nothing that the
/// cache holds of it could be used.
/// </summary>
internal static class TurnTokens
{
    /// <summary>The prompt of the messages.</summary>
    /// <param name="format">The template.</param>
    /// <param name="request">All messages, and what belongs to them.</param>
    /// <param name="last">The turn before; null for none.</param>
    /// <param name="cancellation">Stops a long text.</param>
    public static int[] Of(ChatFormat format, ChatPromptRequest request, LastTurn? last, CancellationToken cancellation)
    {
        int[] whole = format.Encode(request with { AddGenerationPrompt = true }, cancellation);
        if (last is null || request.Messages.Count < last.Messages)
        {
            return whole;
        }

        // Up to the answer: with it, and with two others, which end alike where the turn ends.
        JsonObject[] before = [.. request.Messages.Take(last.Messages)];
        int[] answered = format.Encode(request with { Messages = before, AddGenerationPrompt = false }, cancellation);
        if (!whole.AsSpan().StartsWith(answered) || before[^1]["role"]?.ToString() != "assistant" || before[^1].ContainsKey("tool_calls"))
        {
            return whole; // The template writes past turns in another way than they were.
        }

        int end = EndOfTurn(format, request, before, cancellation);
        return end == 0 ? whole : [.. last.Prompt, .. last.Answer, .. answered.AsSpan(answered.Length - end), .. whole.AsSpan(answered.Length)];
    }

    private static int EndOfTurn(ChatFormat format, ChatPromptRequest request, JsonObject[] before, CancellationToken cancellation)
    {
        int[] first = Encode("x"), second = Encode("0");
        int common = 0;
        while (common < first.Length && common < second.Length && first[^(common + 1)] == second[^(common + 1)])
        {
            common++;
        }

        return common;

        int[] Encode(string answer)
            => format.Encode(request with { Messages = [.. before[..^1], ChatTurns.Assistant(answer)], AddGenerationPrompt = false }, cancellation);
    }
}

/// <summary>What a turn was computed of.</summary>
/// <param name="Messages">Messages up to its answer, which counts.</param>
/// <param name="Prompt">Its prompt.</param>
/// <param name="Answer">Tokens of its answer.</param>
internal sealed record LastTurn(int Messages, int[] Prompt, int[] Answer);
