using System.Net;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using KvCompose.AspNetCore.Tests.Support;

namespace KvCompose.AspNetCore.Tests;

public sealed class ServerTests
{
    [Fact]
    public async Task Models_AreTheModelAndItsPipelines()
    {
        await using TestApp app = await TestApp.StartAsync();
        JsonNode models = JsonNode.Parse(await app.Client.GetStringAsync("/v1/models"))!;
        Assert.Equal(["needle", "needle+full", "needle+snap"], models["data"]!.AsArray().Select(static one => (string)one!["id"]!));
    }

    [Fact]
    public async Task Health_AndMetrics_ShowWhatWasAnswered()
    {
        await using TestApp app = await TestApp.StartAsync();
        await app.PostAsync("/v1/chat/completions", TestApp.Chat());
        JsonNode health = JsonNode.Parse(await app.Client.GetStringAsync("/health"))!;
        string metrics = await app.Client.GetStringAsync("/metrics");

        Assert.Equal("ok", (string)health["status"]!);
        Assert.Equal(app.Engine.Options.MaxCacheBytes, (long)health["bytes_limit"]!);
        Assert.Contains("gen_ai_server_time_to_first_token", metrics, StringComparison.Ordinal);
        Assert.Contains("kvcompose_cache_held", metrics, StringComparison.Ordinal);
        Assert.Equal("8", Regex.Match(metrics, "^kvcompose_answer_tokens\\S* ([0-9]+)", RegexOptions.Multiline).Groups[1].Value);
    }

    [Theory]
    [InlineData("http://evil.example/health", "evil.example", null, "/v1/models", 403)]
    [InlineData("http://localhost/", "localhost", "http://evil.example", "/v1/models", 403)]
    [InlineData("http://localhost/", "localhost", "http://localhost", "/v1/models", 200)]
    [InlineData("http://localhost/", "127.0.0.1:5000", null, "/v1/models", 200)]
    [InlineData("http://localhost/", "evil.example", null, "/metrics", 403)]
    [InlineData("http://localhost/", "localhost", "null", "/v1/chat/completions", 403)]
    public async Task Requests_OfOtherNamesAndOrigins_AreRefused(string address, string host, string? origin, string path, int status)
    {
        await using TestApp app = await TestApp.StartAsync();
        using var request = new HttpRequestMessage(path.Contains("chat", StringComparison.Ordinal) ? HttpMethod.Post : HttpMethod.Get, new Uri(new Uri(address), path));
        request.Headers.Host = host;
        if (origin is not null)
        {
            request.Headers.Add("Origin", origin);
        }

        using HttpResponseMessage response = await app.Client.SendAsync(request);

        Assert.Equal(status, (int)response.StatusCode);
        Assert.False(response.Headers.Contains("Access-Control-Allow-Origin"));
    }

    [Fact]
    public async Task Keys_AreTenants()
    {
        await using TestApp app = await TestApp.StartAsync(static options => { options.ApiKeys.Add("first key"); options.ApiKeys.Add("second key"); });
        app.Client.DefaultRequestHeaders.Add("Authorization", "Bearer first key");
        await app.PostAsync("/v1/chat/completions", TestApp.Chat());
        (_, JsonObject own) = await app.PostAsync("/v1/chat/completions", TestApp.Chat());
        app.Client.DefaultRequestHeaders.Remove("Authorization");
        app.Client.DefaultRequestHeaders.Add("Authorization", "Bearer second key");
        (_, JsonObject other) = await app.PostAsync("/v1/chat/completions", TestApp.Chat());

        Assert.True((int)own["usage"]!["prompt_tokens_details"]!["cached_tokens"]! > 0);
        Assert.Equal(0, (int)other["usage"]!["prompt_tokens_details"]!["cached_tokens"]!);
    }

    [Fact]
    public async Task Completions_TextAndTokens_SayTheSameAsAlone()
    {
        await using TestApp app = await TestApp.StartAsync();
        int[] tokens = app.Engine.Model.Tokenizer.Encode(TestApp.Question);
        string body = """{"model": "needle", "prompt": PROMPT, "max_tokens": 6, "temperature": 0, "logprobs": 3}""";
        (HttpStatusCode status, JsonObject text) = await app.PostAsync("/v1/completions", body.Replace("PROMPT", $"\"{TestApp.Question}\"", StringComparison.Ordinal));
        (_, JsonObject ids) = await app.PostAsync("/v1/completions", body.Replace("PROMPT", $"[{string.Join(',', tokens)}]", StringComparison.Ordinal));
        List<JsonObject> streamed = await app.StreamAsync(
            "/v1/completions", body.Replace("PROMPT", $"\"{TestApp.Question}\"", StringComparison.Ordinal).Replace("\"logprobs\": 3", "\"stream\": true", StringComparison.Ordinal));

        using KvSession session = Full.Open(app.Engine.Model);
        session.Prefill(tokens);
        string expected = app.Engine.Model.Tokenizer.Decode([.. session.Decode(6)]);
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal(expected.Trim(), ((string)text["choices"]![0]!["text"]!).Trim());
        Assert.Equal((string)text["choices"]![0]!["text"]!, (string)ids["choices"]![0]!["text"]!);
        Assert.Equal((string)text["choices"]![0]!["text"]!, string.Concat(streamed.Select(static one => (string)one["choices"]![0]!["text"]!)));
        Assert.Equal(6, text["choices"]![0]!["logprobs"]!["tokens"]!.AsArray().Count);
    }

    [Fact]
    public async Task Page_NeedsNothingFromElsewhere()
    {
        await using TestApp app = await TestApp.StartAsync();
        foreach ((string path, string type) in ((string, string)[])[("/", "text/html"), ("/page.css", "text/css"), ("/page.js", "text/javascript")])
        {
            using HttpResponseMessage response = await app.Client.GetAsync(path);
            string text = await response.Content.ReadAsStringAsync();
            Assert.Equal(type, response.Content.Headers.ContentType!.MediaType);
            Assert.DoesNotContain("http://", text, StringComparison.Ordinal);
            Assert.DoesNotContain("https://", text, StringComparison.Ordinal);
            Assert.Contains("default-src 'none'", response.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Stop_UnderLoad_EndsWhatWasTaken()
    {
        TestApp app = await TestApp.StartAsync();
        Task<(HttpStatusCode Status, JsonObject Body)>[] running = [.. Enumerable.Range(0, 4).Select(_ => app.PostAsync("/v1/chat/completions", TestApp.Chat()))];
        while (app.Engine.Status.Running == 0 && running.Any(static one => !one.IsCompleted))
        {
            await Task.Delay(1);
        }

        await app.Engine.DrainAsync();
        Assert.All(await Task.WhenAll(running), static answer => Assert.True(answer.Status is HttpStatusCode.OK or HttpStatusCode.ServiceUnavailable or HttpStatusCode.TooManyRequests, $"{answer.Status}"));
        await app.DisposeAsync();
    }
}
