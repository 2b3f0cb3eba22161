using System.Diagnostics;
using System.Runtime.CompilerServices;
using KvCompose.Extensions.AI.Mapping;
using KvCompose.Extensions.AI.Measuring;
using KvCompose.Serving;
using KvCompose.Serving.Chat;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace KvCompose.Extensions.AI;

/// <summary>
/// A chat client over a language model on the CPU and pipelines. Every setting of <see cref="ChatOptions"/> is honoured or refused by name.
/// </summary>
/// <remarks>
/// <see cref="ChatOptions.ModelId"/> is the model's name, or <c>name+pipeline</c>. With <see cref="ChatOptions.ConversationId"/> the messages before are
/// remembered under it, and what the cache holds of them is not computed again: only the further messages are given. An id that is not known begins a
/// conversation, with the instructions of its first turn. Disposing the client ends nothing: the engine belongs to whoever made it.
/// </remarks>
public sealed class KvComposeChatClient : IChatClient
{
    private readonly ChatServer _server;
    private readonly ILogger _logger;
    private readonly ClientTelemetry _telemetry;
    private bool _disposed;

    /// <summary>Makes a client.</summary>
    /// <param name="server">What answers.</param>
    /// <param name="logger">Receives beginnings and ends of answers, never their text; null for none.</param>
    public KvComposeChatClient(ChatServer server, ILogger<KvComposeChatClient>? logger = null)
    {
        ArgumentNullException.ThrowIfNull(server);
        _server = server;
        _logger = logger ?? NullLogger<KvComposeChatClient>.Instance;
        _telemetry = new ClientTelemetry(server.Engine.Name);
    }

    /// <inheritdoc/>
    /// <exception cref="NotSupportedException">A setting, or a message's content, cannot be honoured; names it.</exception>
    /// <exception cref="RequestRefusedException">The request asks for what cannot be done; names the parameter.</exception>
    /// <exception cref="ServerBusyException">Too many requests wait.</exception>
    /// <exception cref="ConversationBusyException">Another turn of the conversation is being answered.</exception>
    /// <exception cref="ObjectDisposedException">The client or its engine has ended.</exception>
    public async Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
        => await GetStreamingResponseAsync(messages, options,
            cancellationToken).ToChatResponseAsync(cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    /// <inheritdoc cref="GetResponseAsync" path="/exception"/>
    public IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(messages);
        ObjectDisposedException.ThrowIf(_disposed, this);
        return StreamAsync(RequestReader.Read(_server, this, messages, options), options, cancellationToken);
    }

    /// <inheritdoc/>
    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is not null ? null
            : serviceType == typeof(ChatClientMetadata) ? new ChatClientMetadata(ClientTelemetry.Provider, null, _server.Engine.Name)
            : serviceType == typeof(ChatServer) ? _server
            : serviceType == typeof(ServingEngine) ? _server.Engine
            : serviceType == typeof(KvCompose.Models.LanguageModel) ? _server.Engine.Model
            : serviceType.IsInstanceOfType(this) ? this
            : null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _disposed = true;
        _telemetry.Dispose();
    }

    private async IAsyncEnumerable<ChatResponseUpdate> StreamAsync(
        ChatRequest request, ChatOptions? options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        cancellationToken.ThrowIfCancellationRequested();
        using Activity? activity = _telemetry.Begin(request, options);
        string id = $"chatcmpl-{Guid.NewGuid():N}";
        ChatAnswer? answer = null;
        bool ended = false;
        var clock = Stopwatch.StartNew();
        try
        {
            answer = _server.Ask(request, cancellationToken);
            await foreach (ChatPiece piece in answer.WithCancellation(cancellationToken).ConfigureAwait(false))
            {
                if (piece.Text.Length > 0)
                {
                    yield return Update(id, options, [new TextContent(piece.Text)]);
                }

                if (piece.Call is { } call)
                {
                    yield return Update(id, options, [CallContent.Of(call)]);
                    if (options?.AllowMultipleToolCalls == false)
                    {
                        break;
                    }
                }
            }

            ChatResponseUpdate last = Update(id, options, [new UsageContent(Usage(answer))]);
            last.FinishReason = answer.Calls.Count > 0 ? ChatFinishReason.ToolCalls
                : answer.Finish == KvCompose.Models.Sampling.FinishReason.Length ? ChatFinishReason.Length : ChatFinishReason.Stop;
            ended = true;
            _telemetry.End(activity, answer, clock.Elapsed, last.FinishReason.Value.Value);
            Messages.Answered(_logger, id, answer.Generation.PromptTokens, answer.Generation.ReusedTokens, answer.Generation.AnswerTokens,
                clock.Elapsed.TotalSeconds);
            yield return last;
        }
        finally
        {
            if (!ended)
            {
                _telemetry.Fail(activity, answer, clock.Elapsed);
                Messages.BrokenOff(_logger, id, answer?.Generation.AnswerTokens ?? 0, clock.Elapsed.TotalSeconds);
            }
        }
    }

    private ChatResponseUpdate Update(string id, ChatOptions? options, IList<AIContent> contents) => new(ChatRole.Assistant, contents)
    {
        ResponseId = id,
        MessageId = id,
        ModelId = options?.ModelId ?? _server.Engine.Name,
        ConversationId = options?.ConversationId,
        CreatedAt = DateTimeOffset.UtcNow,
    };

    private static UsageDetails Usage(ChatAnswer answer) => new()
    {
        InputTokenCount = answer.Generation.PromptTokens,
        CachedInputTokenCount = answer.Generation.ReusedTokens,
        OutputTokenCount = answer.Generation.AnswerTokens,
        TotalTokenCount = answer.Generation.PromptTokens + answer.Generation.AnswerTokens,
        AdditionalCounts = new AdditionalPropertiesDictionary<long> { ["kvcompose.bytes_held"] = answer.Generation.BytesHeld },
    };
}
