using KvCompose.Extensions.AI;
using KvCompose.Models;
using KvCompose.Serving.Chat;
using Microsoft.Extensions.AI;

namespace KvCompose.Serving.Tests.Client;

public sealed class ChatClientTests : IAsyncDisposable
{
    private const string Question = "the old river was near the garden . what is the number of the scarlet lantern ?";

    private readonly LanguageModel _model = Support.Models.Load();
    private readonly ServingEngine _engine;
    private readonly KvComposeChatClient _client;

    public ChatClientTests()
    {
        _engine = new ServingEngine(_model, Support.Models.Pipelines, name: "needle");
        _client = new KvComposeChatClient(new ChatServer(_engine));
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _engine.DisposeAsync();
        _model.Dispose();
    }

    [Fact]
    public async Task BothCalls_SameOptions_SameAnswer()
    {
        var options = new ChatOptions
        {
            Temperature = 1.5f,
            TopP = 0.95f,
            TopK = 20,
            Seed = 4,
            FrequencyPenalty = 0.1f,
            PresencePenalty = 0.1f,
            MaxOutputTokens = 12,
            ModelId = "needle+snap",
            Instructions = "the small boat was near the river .",
        };
        ChatResponse whole = await _client.GetResponseAsync(Question, options);
        ChatResponse streamed = await _client.GetStreamingResponseAsync(Question, options).ToChatResponseAsync();

        Assert.Equal(whole.Text, streamed.Text);
        Assert.Equal(ChatFinishReason.Length, whole.FinishReason);
        Assert.Equal(whole.FinishReason, streamed.FinishReason);
        Assert.Equal(12, whole.Usage!.OutputTokenCount);
        Assert.Equal(whole.Usage.InputTokenCount, streamed.Usage!.InputTokenCount);
        Assert.Equal(_model.Tokenizer.Encode("the small boat was near the river . " + Question).Length, whole.Usage.InputTokenCount);
    }

    [Theory]
    [InlineData("Temperature")]
    [InlineData("TopK")]
    [InlineData("Seed")]
    [InlineData("PresencePenalty")]
    [InlineData("FrequencyPenalty")]
    [InlineData("Instructions")]
    [InlineData("min_p")]
    [InlineData("repetition_penalty")]
    public async Task Option_Changed_ChangesBothCallsAlike(string name)
    {
        ChatOptions Options() => new() { Temperature = 2, Seed = 9, MaxOutputTokens = 30, ModelId = "needle" };
        ChatOptions changed = Options();
        Action set = name switch
        {
            "Temperature" => () => changed.Temperature = 0,
            "TopK" => () => changed.TopK = 1,
            "Seed" => () => changed.Seed = -10,
            "PresencePenalty" => () => changed.PresencePenalty = 2,
            "FrequencyPenalty" => () => changed.FrequencyPenalty = 2,
            "Instructions" => () => changed.Instructions = "the small boat",
            "min_p" => () => changed.AdditionalProperties = new() { ["min_p"] = 0.9 },
            _ => () => changed.AdditionalProperties = new() { ["repetition_penalty"] = 20.0 },
        };
        set();

        ChatResponse usual = await _client.GetResponseAsync(Question, Options());
        ChatResponse whole = await _client.GetResponseAsync(Question, changed);
        ChatResponse streamed = await _client.GetStreamingResponseAsync(Question, changed).ToChatResponseAsync();

        Assert.NotEqual(usual.Text, whole.Text);
        Assert.Equal(whole.Text, streamed.Text);
    }

    public static TheoryData<string> Refused => ["Reasoning", "AllowBackgroundResponses", "ContinuationToken", "ModelId", "RawRepresentationFactory", "AdditionalProperties[nosuch]", "Tools"];

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task Option_NotSupported_IsRefusedByNameInBothCalls(string name)
    {
#pragma warning disable MEAI001 // Options that are refused may be experimental.
        ChatOptions options = name switch
        {
            "Reasoning" => new() { Reasoning = new ReasoningOptions() },
            "AllowBackgroundResponses" => new() { AllowBackgroundResponses = true },
            "ContinuationToken" => new() { ContinuationToken = ResponseContinuationToken.FromBytes(new byte[] { 1 }) },
            "ModelId" => new() { ModelId = "other" },
            "RawRepresentationFactory" => new() { RawRepresentationFactory = static _ => "x" },
            "Tools" => new() { Tools = [new HostedWebSearchTool()] },
            _ => new() { AdditionalProperties = new() { ["nosuch"] = 1 } },
        };
#pragma warning restore MEAI001
        NotSupportedException whole = await Assert.ThrowsAsync<NotSupportedException>(() => _client.GetResponseAsync(Question, options));
        NotSupportedException streamed = await Assert.ThrowsAsync<NotSupportedException>(
            async () => await _client.GetStreamingResponseAsync(Question, options).ToChatResponseAsync());

        Assert.StartsWith($"ChatOptions.{name}: ", whole.Message, StringComparison.Ordinal);
        Assert.Equal(whole.Message, streamed.Message);
    }

    [Fact]
    public async Task StopSequences_EndTheAnswer()
    {
        ChatResponse free = await _client.GetResponseAsync(Question, new ChatOptions { Temperature = 0, MaxOutputTokens = 20 });
        string stop = free.Text.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1];
        ChatResponse stopped = await _client.GetResponseAsync(Question, new ChatOptions { Temperature = 0, MaxOutputTokens = 20, StopSequences = [stop] });

        Assert.Equal(free.Text[..free.Text.IndexOf(stop, StringComparison.Ordinal)], stopped.Text);
        Assert.Equal(ChatFinishReason.Stop, stopped.FinishReason);
    }

    [Fact]
    public async Task ConversationId_NextTurn_IsAppended()
    {
        var options = new ChatOptions { Temperature = 0, MaxOutputTokens = 4, ConversationId = "one" };
        ChatResponse first = await _client.GetResponseAsync(Question, options);
        ChatResponse second = await _client.GetResponseAsync(Question, options);

        Assert.Equal("one", first.ConversationId);
        Assert.Equal(0, first.Usage!.CachedInputTokenCount);
        Assert.Equal(first.Usage.InputTokenCount + 3, second.Usage!.CachedInputTokenCount); // The last token of an answer comes with the next turn.
        Assert.True(second.Usage.InputTokenCount >= (2 * first.Usage.InputTokenCount) + 3);
    }

    [Fact]
    public async Task Images_AreRefusedByName()
    {
        var message = new ChatMessage(ChatRole.User, [new TextContent("the"), new DataContent(new byte[] { 1 }, "image/png")]);
        NotSupportedException refused = await Assert.ThrowsAsync<NotSupportedException>(() => _client.GetResponseAsync([message]));

        Assert.Contains(nameof(DataContent), refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cancelled_AtEveryPiece_NothingGoesOn()
    {
        for (int pieces = 0; pieces < 5; pieces++)
        {
            using var source = new CancellationTokenSource();
            int read = 0;
            await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
            {
                if (pieces == 0)
                {
                    await source.CancelAsync();
                }

                await foreach (ChatResponseUpdate _ in _client.GetStreamingResponseAsync(Question, new ChatOptions { MaxOutputTokens = 2000 }, source.Token))
                {
                    if (++read == pieces)
                    {
                        await source.CancelAsync();
                    }
                }
            });
        }

        await Scheduling.EngineTests.Idle(_engine);
        Assert.Equal((0, 0), (_engine.Status.Running, _engine.Status.Waiting));
    }

    [Fact]
    public async Task Disposed_Throws()
    {
        _client.Dispose();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => _client.GetResponseAsync(Question));
    }

    [Fact]
    public void GetService_GivesWhatIsThere()
    {
        Assert.Equal("needle", _client.GetService<ChatClientMetadata>()!.DefaultModelId);
        Assert.Same(_engine, _client.GetService<ServingEngine>());
        Assert.Same(_client, _client.GetService<IChatClient>());
        Assert.Null(_client.GetService<string>());
    }
}
