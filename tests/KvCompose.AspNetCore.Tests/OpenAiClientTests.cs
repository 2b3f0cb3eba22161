using System.ClientModel;
using System.ClientModel.Primitives;
using KvCompose.AspNetCore.Tests.Support;
using Microsoft.Extensions.AI;
using OpenAI;

namespace KvCompose.AspNetCore.Tests;

/// <summary>OpenAI's own client, through Microsoft.Extensions.AI.OpenAI.</summary>
public sealed class OpenAiClientTests
{
    [Fact]
    public async Task Client_BothCalls_ReadTheSame()
    {
        await using TestApp app = await TestApp.StartAsync(static options => options.ApiKeys.Add("a key of this test"));
        using IChatClient client = Client(app, "a key of this test");
        var options = new ChatOptions { Temperature = 1, Seed = 5, MaxOutputTokens = 12, StopSequences = ["nosuchword"] };

        ChatResponse whole = await client.GetResponseAsync(TestApp.Question, options);
        ChatResponse streamed = await client.GetStreamingResponseAsync(TestApp.Question, options).ToChatResponseAsync();

        Assert.NotEmpty(whole.Text);
        Assert.Equal(whole.Text, streamed.Text);
        Assert.Equal(ChatFinishReason.Length, whole.FinishReason);
        Assert.Equal(12, whole.Usage!.OutputTokenCount);
        Assert.Equal("needle", whole.ModelId);
    }

    [Fact]
    public async Task Client_WrongKey_IsToldSo()
    {
        await using TestApp app = await TestApp.StartAsync(static options => options.ApiKeys.Add("a key of this test"));
        using IChatClient client = Client(app, "another key");

        ClientResultException refused = await Assert.ThrowsAsync<ClientResultException>(() => client.GetResponseAsync("the old river"));

        Assert.Equal(401, refused.Status);
        Assert.Contains("no valid API key", refused.Message, StringComparison.Ordinal);
    }

    private static IChatClient Client(TestApp app, string key)
        => new OpenAIClient(
            new ApiKeyCredential(key),
            new OpenAIClientOptions
            {
                Endpoint = new Uri(app.Client.BaseAddress!, "v1"),
                Transport = new HttpClientPipelineTransport(app.Client),
                RetryPolicy = new ClientRetryPolicy(0),
            }).GetChatClient("needle").AsIChatClient();
}
