using System.Text.Json;
using KvCompose.Models.Sampling.Grammars;
using KvCompose.Serving;
using Microsoft.AspNetCore.Http;

namespace KvCompose.AspNetCore.Responses;

/// <summary>What an exception is in OpenAI's format.</summary>
internal static class ErrorMapping
{
    public static OpenAiException Of(Exception problem) => problem switch
    {
        OpenAiException own => own,
        ServerBusyException busy => new OpenAiException(429, "rate_limit_error", null, "server_busy", busy.Message)
        {
            RetryAfter = (int)Math.Ceiling(busy.RetryAfter.TotalSeconds),
        },
        RequestRefusedException refused => OpenAiException.Invalid(
            Parameter(refused.Parameter), refused.Message, refused.Parameter == nameof(GenerationRequest.Prompt)
                ? "context_length_exceeded" : "invalid_value"),
        ConversationBusyException busy => new OpenAiException(409, "invalid_request_error", null, "conversation_busy", busy.Message),
        GrammarException grammar => OpenAiException.Invalid("response_format", grammar.Message),
        JsonException json => OpenAiException.Invalid(null, $"the body is not JSON: {json.Message}", "invalid_json"),
        BadHttpRequestException bad => new OpenAiException(bad.StatusCode, "invalid_request_error", null, "bad_request", bad.Message),
        CacheLimitException limit => new OpenAiException(503, "server_error", null, "cache_limit", limit.Message),
        TimeoutException late => new OpenAiException(504, "server_error", null, "timeout", late.Message),
        ObjectDisposedException => new OpenAiException(503, "server_error", null, "shutting_down", "the server is shutting down"),
        OperationCanceledException => new OpenAiException(503, "server_error", null, "cancelled", "the request was broken off"),
        _ => new OpenAiException(500, "server_error", null, "internal_error", $"the answer failed: {problem.GetType().Name}"),
    };

    private static string Parameter(string name) => name switch
    {
        nameof(GenerationRequest.Pipeline) => "model",
        nameof(GenerationRequest.MaxTokens) => "max_tokens",
        nameof(GenerationRequest.Timeout) => "timeout_seconds",
        "Choices" => "n",
        "Grammar" => "response_format",
        "RequiredTool" or "ToolUse" => "tool_choice",
        "Strings" => "stop",
        _ => Snake(name),
    };

    private static string Snake(string name)
        => string.Concat(name.Select(static (c, i) => char.IsUpper(c) ? (i > 0 ? "_" : "") + char.ToLowerInvariant(c) : c.ToString()));
}
