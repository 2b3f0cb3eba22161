using KvCompose.Models;
using KvCompose.Models.Sampling;
using KvCompose.Models.Templates;
using KvCompose.Serving.Chat;

namespace KvCompose.Serving.Tests.Chat;

public sealed class ConversationTests : IAsyncDisposable
{
    private readonly LanguageModel _model = Support.Models.Load();
    private readonly ServingEngine _engine;
    private readonly ChatServer _server;

    public ConversationTests()
    {
        _engine = new ServingEngine(_model, Support.Models.Pipelines, new ServingOptions { MaxConversations = 3 });
        _server = new ChatServer(_engine);
    }

    public async ValueTask DisposeAsync()
    {
        await _engine.DisposeAsync();
        _model.Dispose();
    }

    [Theory]
    [InlineData("full")]
    [InlineData("snap")]
    [InlineData("hitters")]
    [InlineData("streaming")]
    [InlineData("paged")]
    public async Task Ask_FurtherTurns_AreAppended(string pipeline)
    {
        using KvSession session = _engine.Pipelines.Single(one => one.Name == pipeline).Open(_model, new SessionLimits(1, 0));
        int prompt = 0;
        for (int turn = 0; turn < 3; turn++)
        {
            ChatAnswer answer = _server.Ask(Ask("c", "the small boat was near the river . what is the number of the scarlet lantern ?", pipeline));
            string text = await TextAsync(answer);

            // The same by hand: the tokens of the turn go behind the answer's own.
            int[] words = _model.Tokenizer.Encode("the small boat was near the river . what is the number of the scarlet lantern ?", addSpecialTokens: turn == 0);
            session.Append(words);
            int[] tokens = [.. session.Decode(5)];
            Assert.Equal(_model.Tokenizer.Decode(tokens).Trim(), text.Trim());
            Assert.Equal(turn == 0 ? 0 : prompt + 4, answer.Generation.ReusedTokens); // The last token of an answer comes with the next turn.
            prompt += words.Length + (turn == 0 ? 0 : 5);
            Assert.Equal(prompt, answer.Generation.PromptTokens);
        }
    }

    [Fact]
    public async Task Ask_WhileATurnIsAnswered_IsRefused()
    {
        ChatAnswer first = _server.Ask(Ask("c", "the old river", "full") with { MaxTokens = 400 });
        Assert.Throws<ConversationBusyException>(() => _server.Ask(Ask("c", "the old river", "full")));

        await TextAsync(first);
        await TextAsync(_server.Ask(Ask("c", "the old river", "full")));
    }

    [Fact]
    public async Task Ask_AnotherClientsConversation_BeginsAnew()
    {
        await TextAsync(_server.Ask(Ask("c", "the old river was near the garden .", "full") with { Client = "a" }));
        ChatAnswer other = _server.Ask(Ask("c", "the old river", "full") with { Client = "b" });
        await TextAsync(other);

        Assert.Equal(0, other.Generation.ReusedTokens);
        Assert.Equal(_model.Tokenizer.Encode("the old river").Length, other.Generation.PromptTokens);
    }

    [Fact]
    public async Task Ask_RefusedTurn_ChangesNothing()
    {
        await TextAsync(_server.Ask(Ask("c", "the old river was near the garden .", "full")));
        Assert.Throws<RequestRefusedException>(() => _server.Ask(Ask("c", "the old river", "full") with { MaxTokens = 0 }));
        ChatAnswer next = _server.Ask(Ask("c", "the old river", "full"));
        await TextAsync(next);

        Assert.True(next.Generation.ReusedTokens > 0);
    }

    [Fact]
    public async Task Ask_MoreConversationsThanAreRemembered_TheOldestIsForgotten()
    {
        foreach (string id in (string[])["a", "b", "c", "d"])
        {
            await TextAsync(_server.Ask(Ask(id, "the old river", "full")));
        }

        Assert.False(_server.Remembers("a"));
        Assert.True(_server.Remembers("b"));
    }

    [Fact]
    public void Ask_ToolsThatTheTemplateDoesNotKnow_AreRefusedByName()
    {
        var tools = new System.Text.Json.Nodes.JsonArray(System.Text.Json.Nodes.JsonNode.Parse("""{"type":"function","function":{"name":"f","parameters":{}}}"""));
        RequestRefusedException refused = Assert.Throws<RequestRefusedException>(
            () => _server.Ask(Ask("c", "the old river", "full") with { Conversation = null, Tools = tools }));

        Assert.Equal("Tools", refused.Parameter);
    }

    private static ChatRequest Ask(string conversation, string text, string pipeline) => new()
    {
        Messages = [ChatTurns.User(text)],
        Conversation = conversation,
        Pipeline = pipeline,
        MaxTokens = 5,
        Sampling = new SamplingOptions { Temperature = 0 },
    };

    private static async Task<string> TextAsync(ChatAnswer answer)
    {
        await foreach (ChatPiece _ in answer)
        {
        }

        return answer.Text;
    }
}
