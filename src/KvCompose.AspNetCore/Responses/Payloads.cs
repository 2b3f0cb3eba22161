using System.Text.Json.Serialization;

namespace KvCompose.AspNetCore.Responses;

internal sealed record ErrorBody(ErrorDetail Error);

internal sealed record ErrorDetail(string Message, string Type, string? Param, string? Code);

internal sealed record ModelList(string Object, IReadOnlyList<ModelEntry> Data);

internal sealed record ModelEntry(string Id, string Object, long Created, string OwnedBy, string? Description);

internal sealed record Usage(int PromptTokens, int CompletionTokens, int TotalTokens, PromptDetails PromptTokensDetails,
    CacheFigures Kvcompose);

internal sealed record PromptDetails(int CachedTokens);

/// <summary>Figures that OpenAI's format lacks.</summary>
internal sealed record CacheFigures(long BytesHeld, double QueueSeconds, double FirstTokenSeconds, double TokensPerSecond);

internal sealed record ChatCompletion(string Id, string Object, long Created, string Model, IReadOnlyList<ChatChoice> Choices,
    Usage? Usage);

internal sealed record ChatChoice(int Index, ChatText? Message, ChatText? Delta, ChatLogprobs? Logprobs, string? FinishReason);

internal sealed record ChatText(string? Role, string? Content, IReadOnlyList<ToolCallBody>? ToolCalls);

internal sealed record ToolCallBody(int? Index, string Id, string Type, FunctionBody Function);

internal sealed record FunctionBody(string Name, string Arguments);

internal sealed record ChatLogprobs(IReadOnlyList<TokenLogprob> Content);

internal sealed record TokenLogprob(string Token, float Logprob, int[] Bytes, IReadOnlyList<TokenLogprob>? TopLogprobs);

internal sealed record TextCompletion(string Id, string Object, long Created, string Model, IReadOnlyList<TextChoice> Choices,
    Usage? Usage);

internal sealed record TextChoice(int Index, string Text, TextLogprobs? Logprobs, string? FinishReason);

internal sealed record TextLogprobs(
    IReadOnlyList<string> Tokens, IReadOnlyList<float> TokenLogprobs, IReadOnlyList<Dictionary<string, float>> TopLogprobs,
        IReadOnlyList<int> TextOffset);

internal sealed record HealthBody(string Status, string Model, int Running, int Waiting, int Kept, long BytesHeld, long BytesLimit);

internal sealed record CacheBody(
    int Layer, int Layers, int Heads, IReadOnlyList<string> Tokens, IReadOnlyList<int> HeldBy, int[][] TokensPerHead, long BytesHeld,
        long FullBytes,
    long Retrieved);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals)]
[JsonSerializable(typeof(ErrorBody))]
[JsonSerializable(typeof(ModelList))]
[JsonSerializable(typeof(ChatCompletion))]
[JsonSerializable(typeof(TextCompletion))]
[JsonSerializable(typeof(HealthBody))]
[JsonSerializable(typeof(CacheBody))]
internal sealed partial class PayloadJson : JsonSerializerContext;
