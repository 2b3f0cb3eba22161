using System.Text.Json;
using KvCompose.AspNetCore.Requests;
using KvCompose.Serving.Chat;
using Microsoft.AspNetCore.Http;

namespace KvCompose.AspNetCore.Endpoints;

/// <summary>POST /v1/chat/completions.</summary>
internal static class ChatEndpoint
{
    /// <summary>The header that names a conversation whose messages are remembered.</summary>
    public const string ConversationHeader = "Kvc-Conversation";

    public static async Task RunAsync(HttpContext context, ServerState state, string client)
    {
        CancellationToken cancellation = context.RequestAborted;
        using JsonDocument body = await BodyReader.ReadAsync(context.Request, state.Options.MaxRequestBytes,
            cancellation).ConfigureAwait(false);
        ChatParameters parameters = ChatParameters.Read(new Field(body.RootElement, ""), state.Engine);
        string? conversation = context.Request.Headers[ConversationHeader];
        IReadOnlyList<ChatAnswer> answers = state.Chat.Ask(
            parameters.Request(client, string.IsNullOrEmpty(conversation) ? null : conversation), parameters.Common.Choices, cancellation);
        string id = ServerState.NewId("chatcmpl");
        state.Answers[id] = (client, answers[0].Generation);
        var run = new ChatRun(state, parameters, answers, id);
        try
        {
            await (parameters.Common.Stream ? run.StreamAsync(context.Response, cancellation)
                : run.WriteAsync(context.Response, cancellation)).ConfigureAwait(false);
        }
        finally
        {
            state.Answers.TryRemove(id, out _);
        }
    }
}
