using System.Net;
using System.Security.Cryptography;
using System.Text;
using KvCompose.AspNetCore.Responses;
using Microsoft.AspNetCore.Http;

namespace KvCompose.AspNetCore.Access;

/// <summary>Decides who may ask: holders of a key, or, without keys, this machine under a loopback name. Web pages of other origins may not.</summary>
/// <param name="options">Keys, names and origins.</param>
internal sealed class RequestAccess(KvComposeServerOptions options)
{
    private readonly byte[][] _keys = [.. options.ApiKeys.Select(static key => SHA256.HashData(Encoding.UTF8.GetBytes(key)))];

    /// <summary>Who asks, as a text that tells keys apart and does not show them.</summary>
    /// <exception cref="OpenAiException">The request is not allowed.</exception>
    public string Require(HttpContext context)
    {
        RequireOrigin(context.Request);
        return _keys.Length == 0 ? RequireLoopback(context) : RequireKey(context.Request);
    }

    private void RequireOrigin(HttpRequest request)
    {
        string? origin = request.Headers.Origin;
        if (string.IsNullOrEmpty(origin) || options.AllowedOrigins.Contains(origin, StringComparer.OrdinalIgnoreCase)
            || (Uri.TryCreate(origin, UriKind.Absolute, out Uri? uri)
                && string.Equals(uri.Authority, request.Host.Value, StringComparison.OrdinalIgnoreCase)))
        {
            return;
        }

        throw new OpenAiException(StatusCodes.Status403Forbidden, "permission_error", null, "origin_not_allowed",
            $"web pages of {origin} may not ask this server");
    }

    private string RequireLoopback(HttpContext context)
    {
        IPAddress? remote = context.Connection.RemoteIpAddress; // None within the process.
        string host = context.Request.Host.Host;
        bool named = host is "localhost" or "127.0.0.1" or "[::1]" or "::1"
            || options.AllowedHosts.Contains(host, StringComparer.OrdinalIgnoreCase);
        return named && (remote is null || IPAddress.IsLoopback(remote) || options.AllowedHosts.Count > 0)
            ? ""
            : throw new OpenAiException(
                StatusCodes.Status403Forbidden, "permission_error", null, "loopback_only",
                $"without API keys only this machine is answered, under a loopback name; the request came for '{host}'");
    }

    private string RequireKey(HttpRequest request)
    {
        const string Scheme = "Bearer ";
        string header = request.Headers.Authorization.ToString();
        if (header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            byte[] given = SHA256.HashData(Encoding.UTF8.GetBytes(header[Scheme.Length..].Trim()));
            bool found = false;
            foreach (byte[] key in _keys)
            {
                found |= CryptographicOperations.FixedTimeEquals(key, given);
            }

            if (found)
            {
                return Convert.ToHexStringLower(given.AsSpan(0, 16));
            }
        }

        throw new OpenAiException(StatusCodes.Status401Unauthorized, "invalid_request_error", null, "invalid_api_key",
            "the request shows no valid API key");
    }
}
