namespace KvCompose.AspNetCore;

/// <summary>Who may use the endpoints, and how large requests may be.</summary>
public sealed class KvComposeServerOptions
{
    /// <summary>
    /// Keys that requests have to show as <c>Authorization: Bearer KEY</c>. Without any, only requests from this machine to a loopback name are answered.
    /// Requests of different keys share neither conversations nor prefixes.
    /// </summary>
    public IList<string> ApiKeys { get; } = [];

    /// <summary>Further names under which the server may be asked without a key, beside localhost, 127.0.0.1 and [::1].</summary>
    public IList<string> AllowedHosts { get; } = [];

    /// <summary>Origins of web pages that may ask, beside the server's own.</summary>
    public IList<string> AllowedOrigins { get; } = [];

    /// <summary>Largest body of a request, in bytes.</summary>
    public int MaxRequestBytes { get; set; } = 4 << 20;

    /// <summary>Whether the page is served at /.</summary>
    public bool Page { get; set; } = true;
}
