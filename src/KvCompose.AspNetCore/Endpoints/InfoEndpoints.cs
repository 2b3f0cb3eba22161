using System.Globalization;
using System.Text.Json;
using KvCompose.AspNetCore.Responses;
using KvCompose.Serving;
using Microsoft.AspNetCore.Http;

namespace KvCompose.AspNetCore.Endpoints;

/// <summary>GET /v1/models, /health and /v1/kvcompose/cache.</summary>
internal static class InfoEndpoints
{
    /// <summary>The model, and the model with each pipeline.</summary>
    public static Task ModelsAsync(HttpContext context, ServerState state, string client)
    {
        ServingEngine engine = state.Engine;
        List<ModelEntry> models = [new(engine.Name, "model", state.Created, "kvcompose", engine.Pipelines[0].Description)];
        models.AddRange(engine.Pipelines.Select(pipeline => new ModelEntry($"{engine.Name}+{pipeline.Name}", "model", state.Created,
            "kvcompose", pipeline.Description)));
        context.Response.ContentType = "application/json";
        return JsonSerializer.SerializeAsync(context.Response.Body, new ModelList("list", models), PayloadJson.Default.ModelList,
            context.RequestAborted);
    }

    /// <summary>200 while requests are taken; 503 when the server shuts down or its engine has ended.</summary>
    public static Task HealthAsync(HttpContext context, ServerState state, string client)
    {
        ServingEngine engine = state.Engine;
        EngineStatus status = engine.Status;
        string word = engine.Failure is not null ? "failed" : status.Draining ? "draining" : "ok";
        context.Response.StatusCode = word == "ok" ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        context.Response.ContentType = "application/json";
        var body = new HealthBody(word, engine.Name, status.Running, status.Waiting, status.Kept, status.BytesHeld, status.BytesLimit);
        return JsonSerializer.SerializeAsync(context.Response.Body, body, PayloadJson.Default.HealthBody, context.RequestAborted);
    }

    /// <summary>What the cache holds of an answer that is being made: ?id=ANSWER&amp;layer=N.</summary>
    public static async Task CacheAsync(HttpContext context, ServerState state, string client)
    {
        IQueryCollection query = context.Request.Query;
        ServingEngine engine = state.Engine;
        TransformerShape shape = engine.Model.Shape;
        if (!int.TryParse(query["layer"], NumberStyles.None, CultureInfo.InvariantCulture, out int layer) || layer >= shape.Layers)
        {
            throw OpenAiException.Invalid("layer", $"'layer' must be a whole number from 0 to {shape.Layers - 1}");
        }

        if (!state.Answers.TryGetValue(query["id"].ToString(), out (string Client, Generation Generation) answer) || answer.Client != client
            || await engine.LookAsync(answer.Generation, layer).WaitAsync(context.RequestAborted).ConfigureAwait(false) is not { } picture)
        {
            throw new OpenAiException(404, "invalid_request_error", "id", "not_found", "no such answer is being made");
        }

        long full = 2L * 2 * shape.Layers * shape.KeyValueHeads * shape.HeadDim * picture.Tokens.Count;
        var body = new CacheBody(
            layer, shape.Layers, shape.KeyValueHeads, [.. picture.Tokens.Select(token => TokenTexts.Text(engine.Model.Tokenizer, token))],
                picture.HeldBy,
            [.. picture.TokensPerHead.Select(static heads => heads.ToArray())], picture.BytesHeld, full, picture.Retrieved);
        context.Response.ContentType = "application/json";
        await JsonSerializer.SerializeAsync(context.Response.Body, body, PayloadJson.Default.CacheBody,
            context.RequestAborted).ConfigureAwait(false);
    }
}
