using System.Text.Json;
using KvCompose.AspNetCore.Responses;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace KvCompose.AspNetCore.Requests;

/// <summary>Reads bodies that are JSON objects, up to a size.</summary>
internal static class BodyReader
{
    public static async Task<JsonDocument> ReadAsync(HttpRequest request, int most, CancellationToken cancellation)
    {
        if (request.ContentLength > most)
        {
            throw TooLarge(most);
        }

        if (request.HttpContext.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = most + 1L;
        }

        using var buffer = new MemoryStream();
        var part = new byte[1 << 14];
        int count;
        while ((count = await request.Body.ReadAsync(part, cancellation).ConfigureAwait(false)) > 0)
        {
            buffer.Write(part, 0, count);
            if (buffer.Length > most)
            {
                throw TooLarge(most);
            }
        }

        byte[] body = buffer.ToArray();
        RequireNames(body);
        JsonDocument document = JsonDocument.Parse(body, new JsonDocumentOptions { AllowDuplicateProperties = false });
        if (document.RootElement.ValueKind != JsonValueKind.Object)
        {
            document.Dispose();
            throw OpenAiException.Invalid(null, "the body must be a JSON object", "invalid_json");
        }

        return document;
    }

    /// <summary>Names may hold bytes that are no UTF-8, and halves of surrogate pairs: a document with such a name cannot be searched. Texts are checked where they are read.</summary>
    private static void RequireNames(ReadOnlySpan<byte> body)
    {
        var reader = new Utf8JsonReader(body);
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.PropertyName)
            {
                try
                {
                    reader.GetString();
                }
                catch (InvalidOperationException)
                {
                    throw OpenAiException.Invalid(null, $"the body holds a name that is no Unicode, at byte {reader.TokenStartIndex}", "invalid_json");
                }
            }
        }
    }

    private static OpenAiException TooLarge(int most)
        => new(StatusCodes.Status413PayloadTooLarge, "invalid_request_error", null, "request_too_large",
            $"the body is larger than {most} bytes");
}
