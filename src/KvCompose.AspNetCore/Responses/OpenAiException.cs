namespace KvCompose.AspNetCore.Responses;

/// <summary>An error in OpenAI's format.</summary>
internal sealed class OpenAiException(int status, string type, string? parameter, string? code, string message) : Exception(message)
{
    public int Status { get; } = status;

    public string Type { get; } = type;

    public string? Parameter { get; } = parameter;

    public string? Code { get; } = code;

    /// <summary>Seconds for Retry-After; null for none.</summary>
    public int? RetryAfter { get; init; }

    /// <summary>A parameter that cannot be used.</summary>
    public static OpenAiException Invalid(string? parameter, string message, string code = "invalid_value")
        => new(400, "invalid_request_error", parameter, code, message);
}
