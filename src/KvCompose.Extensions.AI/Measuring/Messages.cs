using Microsoft.Extensions.Logging;

namespace KvCompose.Extensions.AI.Measuring;

/// <summary>What is logged. Never text of conversations.</summary>
internal static partial class Messages
{
    [LoggerMessage(1, LogLevel.Information,
        "{Id}: {AnswerTokens} tokens answered a prompt of {PromptTokens}, of which {ReusedTokens} were held, in {Seconds:F2} s")]
    public static partial void Answered(ILogger logger, string id, int promptTokens, int reusedTokens, int answerTokens, double seconds);

    [LoggerMessage(2, LogLevel.Information, "{Id}: broken off after {AnswerTokens} tokens and {Seconds:F2} s")]
    public static partial void BrokenOff(ILogger logger, string id, int answerTokens, double seconds);

    [LoggerMessage(3, LogLevel.Information, "model '{Name}' opened: {Layers} layers, context {Context}, pipelines {Pipelines}")]
    public static partial void Opened(ILogger logger, string name, int layers, int context, string pipelines);

    [LoggerMessage(4, LogLevel.Error, "the engine of '{Name}' has ended by itself")]
    public static partial void EngineEnded(ILogger logger, string name, Exception problem);
}
