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

        JsonObject[] before = [.. request.Messages.Take(last.Messages)];
        int[] answered = format.Encode(request with { Messages = before, AddGenerationPrompt = false }, cancellation);
        if (before[^1]["role"]?.ToString() != "assistant" || before[^1].ContainsKey("tool_calls") || !whole.AsSpan().StartsWith(answered))
        {
            return whole; // The template writes past turns in another way than they were.
        }

        return EndOfTurn(format, request, before, cancellation) is { } end && answered.AsSpan().EndsWith(end)
            ? [.. last.Prompt, .. last.Answer, .. end, .. whole.AsSpan(answered.Length)]
            : whole;
    }

    /// <summary>What the template writes behind an answer: what an empty one has behind the beginning of an answer. Null if that cannot be told.</summary>
    private static int[]? EndOfTurn(ChatFormat format, ChatPromptRequest request, JsonObject[] before, CancellationToken cancellation)
    {
        int[] opened = format.Encode(request with { Messages = before[..^1], AddGenerationPrompt = true }, cancellation);
        int[] empty = format.Encode(request with { Messages = [.. before[..^1], ChatTurns.Assistant("")], AddGenerationPrompt = false },
            cancellation);
        return empty.AsSpan().StartsWith(opened) ? empty[opened.Length..] : null;
    }
}

/// <summary>What a turn was computed of.</summary>
/// <param name="Messages">Messages up to its answer, which counts.</param>
/// <param name="Prompt">Its prompt.</param>
/// <param name="Answer">Tokens of its answer.</param>
internal sealed record LastTurn(int Messages, int[] Prompt, int[] Answer);
