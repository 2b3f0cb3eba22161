using System.Text.Json;
using KvCompose.AspNetCore.Requests;
using KvCompose.Serving;
using Microsoft.AspNetCore.Http;

namespace KvCompose.AspNetCore.Endpoints;

/// <summary>POST /v1/completions.</summary>
internal static class TextEndpoint
{
    public static async Task RunAsync(HttpContext context, ServerState state, string client)
    {
        CancellationToken cancellation = context.RequestAborted;
        using JsonDocument body = await BodyReader.ReadAsync(context.Request, state.Options.MaxRequestBytes,
            cancellation).ConfigureAwait(false);
        TextParameters parameters = TextParameters.Read(new Field(body.RootElement, ""), state.Engine);
        var answers = new List<Generation>();
        try
        {
            foreach (int[] prompt in parameters.Prompts)
            {
                answers.AddRange(state.Engine.Submit(parameters.Request(prompt, client), parameters.Common.Choices));
            }
        }
        catch
        {
            answers.ForEach(static answer => answer.Cancel());
            throw;
        }

        string id = ServerState.NewId("cmpl");
        state.Answers[id] = (client, answers[0]);
        var run = new TextRun(state, parameters, answers, id);
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
