using System.Text.Json;
using KvCompose.AspNetCore.Requests;
using KvCompose.AspNetCore.Responses;
using KvCompose.Models.Sampling;
using KvCompose.Serving.Chat;
using Microsoft.AspNetCore.Http;

namespace KvCompose.AspNetCore.Endpoints;

/// <summary>The answers of one chat completion, streamed or not: both read the same pieces.</summary>
internal sealed class ChatRun(ServerState state, ChatParameters parameters, IReadOnlyList<ChatAnswer> answers, string id)
{
    private readonly long _created = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
    private readonly List<TokenLogprob>[] _logprobs = [.. answers.Select(static _ => new List<TokenLogprob>())];
    private readonly int[] _calls = new int[answers.Count];

    public async Task WriteAsync(HttpResponse response, CancellationToken cancellation)
    {
        await foreach ((int index, ChatPiece? piece) in Merged.ReadAsync<ChatPiece>([.. answers], cancellation).ConfigureAwait(false))
        {
            if (piece is { } some && parameters.Logprobs)
            {
                _logprobs[index].AddRange(Logprobs(some)?.Content ?? []);
            }
        }

        ChatChoice[] choices = [.. answers.Select((answer, index) => new ChatChoice(
            index, Message(answer), null, parameters.Logprobs ? new ChatLogprobs(_logprobs[index]) : null, Finish(answer)))];
        response.ContentType = "application/json";
        await JsonSerializer.SerializeAsync(response.Body, Completion("chat.completion", choices, Usage()),
            PayloadJson.Default.ChatCompletion, cancellation).ConfigureAwait(false);
    }

    public async Task StreamAsync(HttpResponse response, CancellationToken cancellation)
    {
        var events = new EventStream(response);
        IAsyncEnumerator<(int Index, ChatPiece? Piece)> pieces = Merged.ReadAsync<ChatPiece>([.. answers],
            cancellation).GetAsyncEnumerator(cancellation);
        await using (pieces.ConfigureAwait(false))
        {
            // What fails before the first token is an error of the request, with its own status.
            bool more = await pieces.MoveNextAsync().ConfigureAwait(false);
            await events.BeginAsync(cancellation).ConfigureAwait(false);
            for (int index = 0; index < answers.Count; index++)
            {
                await SendAsync(events, new ChatChoice(index, null, new ChatText("assistant", "", null), null, null),
                    cancellation).ConfigureAwait(false);
            }

            try
            {
                for (; more; more = await pieces.MoveNextAsync().ConfigureAwait(false))
                {
                    (int index, ChatPiece? piece) = pieces.Current;
                    foreach (ChatChoice choice in piece is { } some ? Deltas(index, some)
                        : [new ChatChoice(index, null, new ChatText(null, null, null), null, Finish(answers[index]))])
                    {
                        await SendAsync(events, choice, cancellation).ConfigureAwait(false);
                    }
                }

                if (parameters.Common.IncludeUsage)
                {
                    await events.SendAsync(Completion("chat.completion.chunk", [], Usage()), PayloadJson.Default.ChatCompletion,
                        cancellation).ConfigureAwait(false);
                }
            }
            catch (Exception problem) when (!cancellation.IsCancellationRequested)
            {
                await events.SendAsync(Guarded.Body(ErrorMapping.Of(problem)), PayloadJson.Default.ErrorBody,
                    cancellation).ConfigureAwait(false);
            }

            await events.EndAsync(cancellation).ConfigureAwait(false);
        }
    }

    private Task SendAsync(EventStream events, ChatChoice choice, CancellationToken cancellation)
        => events.SendAsync(Completion("chat.completion.chunk", [choice], null), PayloadJson.Default.ChatCompletion, cancellation);

    private IEnumerable<ChatChoice> Deltas(int index, ChatPiece piece)
    {
        ChatLogprobs? logprobs = parameters.Logprobs ? Logprobs(piece) : null;
        if (piece.Text.Length > 0 || logprobs is not null)
        {
            yield return new ChatChoice(index, null, new ChatText(null, piece.Text, null), logprobs, null);
        }

        if (piece.Call is { } call && (parameters.ParallelCalls || _calls[index] == 0))
        {
            yield return new ChatChoice(
                index, null, new ChatText(null, null, [new ToolCallBody(_calls[index]++, call.Id, "function", new FunctionBody(call.Name,
                    call.Arguments))]), null, null);
        }
    }

    private ChatLogprobs? Logprobs(ChatPiece piece) => piece.Token is { } token
        ? new ChatLogprobs([TokenTexts.Of(state.Engine.Model.Tokenizer, token, piece.Alternatives)])
        : null;

    private ChatText Message(ChatAnswer answer)
    {
        IEnumerable<ToolCall> calls = parameters.ParallelCalls ? answer.Calls : answer.Calls.Take(1);
        return answer.Calls.Count == 0
            ? new ChatText("assistant", answer.Text, null)
            : new ChatText(
                "assistant", answer.Text.Length == 0 ? null : answer.Text,
                [.. calls.Select(static call => new ToolCallBody(null, call.Id, "function", new FunctionBody(call.Name, call.Arguments)))]);
    }

    private static string Finish(ChatAnswer answer) => answer.Calls.Count > 0 && answer.Finish != FinishReason.Length ? "tool_calls"
        : Figures.Finish(answer.Finish);

    private Usage Usage() => Figures.Of([.. answers.Select(static answer => answer.Generation)], 1);

    private ChatCompletion Completion(string kind, IReadOnlyList<ChatChoice> choices, Usage? usage)
        => new(id, kind, _created, parameters.Common.Model, choices, usage);
}
