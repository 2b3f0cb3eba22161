using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace KvCompose.AspNetCore.Responses;

/// <summary>Server-sent events: one JSON object an event, [DONE] at the end.</summary>
/// <param name="response">Where they go.</param>
internal sealed class EventStream(HttpResponse response)
{
    private static readonly byte[] Data = "data: "u8.ToArray();
    private static readonly byte[] End = "\n\n"u8.ToArray();
    private static readonly byte[] Done = "data: [DONE]\n\n"u8.ToArray();

    /// <summary>Sends the header.</summary>
    public async Task BeginAsync(CancellationToken cancellation)
    {
        response.StatusCode = StatusCodes.Status200OK;
        response.ContentType = "text/event-stream; charset=utf-8";
        response.Headers.CacheControl = "no-cache";
        response.HttpContext.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        await response.StartAsync(cancellation).ConfigureAwait(false);
    }

    /// <summary>Sends an event. Waits while the client does not read.</summary>
    public async Task SendAsync<T>(T body, JsonTypeInfo<T> type, CancellationToken cancellation)
    {
        using var buffer = new MemoryStream();
        buffer.Write(Data);
        JsonSerializer.Serialize(buffer, body, type);
        buffer.Write(End);
        await response.Body.WriteAsync(buffer.GetBuffer().AsMemory(0, (int)buffer.Length), cancellation).ConfigureAwait(false);
        await response.Body.FlushAsync(cancellation).ConfigureAwait(false);
    }

    /// <summary>Sends the end.</summary>
    public async Task EndAsync(CancellationToken cancellation)
    {
        await response.Body.WriteAsync(Done, cancellation).ConfigureAwait(false);
        await response.Body.FlushAsync(cancellation).ConfigureAwait(false);
    }
}
