using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using KvCompose.Extensions.AI;
using KvCompose.Serving;
using KvCompose.Serving.Chat;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace KvCompose.AspNetCore.Tests.Support;

/// <summary>The endpoints over the embedded model, in a server within the process.</summary>
internal sealed class TestApp : IAsyncDisposable
{
    public const string Question = "the old river was near the garden . what is the number of the scarlet lantern ?";

    private readonly WebApplication _app;

    private TestApp(WebApplication app, LogLines lines)
    {
        _app = app;
        Logged = lines;
        Client = app.GetTestClient();
    }

    public HttpClient Client { get; }

    public LogLines Logged { get; }

    public ServingEngine Engine => _app.Services.GetRequiredService<ChatServer>().Engine;

    public TestServer Server => _app.GetTestServer();

    public WebApplication App => _app;

    public static async Task<TestApp> StartAsync(Action<KvComposeServerOptions>? server = null, Action<KvComposeOptions>? options = null)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseTestServer();
        var lines = new LogLines();
        builder.Logging.ClearProviders().AddProvider(lines).SetMinimumLevel(LogLevel.Trace);
        builder.Services.AddKvCompose(model =>
            {
                model.ModelPath = Path.Combine(AppContext.BaseDirectory, "models", "needle");
                model.Threads = 1;
                model.ChatTemplate = "{% for m in messages %}{{ m.content }} {% endfor %}";
                options?.Invoke(model);
            })
            .AddPipeline("full", "every token", static (model, limits) => Full.Open(model, new() { Sequences = limits.Sequences, MaxCacheBytes = limits.MaxCacheBytes }))
            .AddPipeline("snap", "a quarter", static (model, limits) => Snap.Open(model, new() { Sequences = limits.Sequences, MaxCacheBytes = limits.MaxCacheBytes }))
            .AddServer(server);
        WebApplication app = builder.Build();
        app.MapKvCompose();
        await app.StartAsync();
        return new TestApp(app, lines);
    }

    public async Task<(HttpStatusCode Status, JsonObject Body)> PostAsync(string path, string body)
    {
        using HttpResponseMessage response = await Client.PostAsync(path, new StringContent(body, Encoding.UTF8, "application/json"));
        return (response.StatusCode, (JsonObject)JsonNode.Parse(await response.Content.ReadAsStringAsync())!);
    }

    /// <summary>The events of a streamed answer; the last one is [DONE].</summary>
    public async Task<List<JsonObject>> StreamAsync(string path, string body)
    {
        using HttpResponseMessage response = await Client.PostAsync(path, new StringContent(body, Encoding.UTF8, "application/json"));
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType!.MediaType);
        string[] events = (await response.Content.ReadAsStringAsync()).Split("\n\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal("data: [DONE]", events[^1]);
        return [.. events[..^1].Select(static line => (JsonObject)JsonNode.Parse(line["data: ".Length..])!)];
    }

    public static string Chat(string more = "") => $$"""{"model": "needle", "messages": [{"role": "user", "content": "{{Question}}"}], "max_tokens": 8, "temperature": 0{{more}}}""";

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }
}
