using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using KvCompose.AspNetCore.Tests.Support;

namespace KvCompose.AspNetCore.Tests;

public sealed class ChatEndpointTests
{
    private const string Path = "/v1/chat/completions";

    [Fact]
    public async Task Post_StreamedAndNot_SayTheSame()
    {
        await using TestApp app = await TestApp.StartAsync();
        (HttpStatusCode status, JsonObject whole) = await app.PostAsync(Path, TestApp.Chat(""", "n": 2, "seed": 3, "logprobs": true, "top_logprobs": 2"""));
        List<JsonObject> events = await app.StreamAsync(Path, TestApp.Chat(""", "n": 2, "seed": 3, "logprobs": true, "top_logprobs": 2, "stream": true, "stream_options": {"include_usage": true}"""));

        Assert.Equal(HttpStatusCode.OK, status);
        for (int index = 0; index < 2; index++)
        {
            JsonNode choice = whole["choices"]![index]!;
            JsonNode[] deltas = [.. events.SelectMany(static one => one["choices"]!.AsArray()).Where(delta => (int)delta!["index"]! == index).Select(static delta => delta!)];
            Assert.Equal((string)choice["message"]!["content"]!, string.Concat(deltas.Select(static delta => (string?)delta["delta"]!["content"])));
            Assert.Equal("length", (string)choice["finish_reason"]!);
            Assert.Equal("length", (string)deltas[^1]["finish_reason"]!);
            Assert.All(deltas[..^1], static delta => Assert.Null(delta["finish_reason"]));
            JsonNode[] streamed = [.. deltas.Where(static delta => delta["logprobs"] is not null).SelectMany(static delta => delta["logprobs"]!["content"]!.AsArray()).Select(static one => one!)];
            JsonNode[] own = [.. choice["logprobs"]!["content"]!.AsArray().Select(static one => one!)];
            Assert.Equal(8, own.Length);
            Assert.Equal(own.Select(static one => (string)one["token"]!), streamed.Select(static one => (string)one["token"]!));
            Assert.All(own.Zip(streamed), static pair => Assert.Equal((double)pair.First["logprob"]!, (double)pair.Second["logprob"]!, 1e-4)); // by batches of other sizes
            Assert.All(own, static one => Assert.Equal(2, one["top_logprobs"]!.AsArray().Count));
            Assert.All(own, static one => Assert.Equal((float)one["logprob"]!, (float)one["top_logprobs"]![0]!["logprob"]!)); // the best token, at temperature 0
        }

        Assert.Equal(16, (int)whole["usage"]!["completion_tokens"]!);
        Assert.Equal((int)whole["usage"]!["prompt_tokens"]!, (int)events[^1]["usage"]!["prompt_tokens"]!);
        Assert.Equal("chat.completion.chunk", (string)events[0]["object"]!);
        Assert.Single(events.Select(static one => (string)one["id"]!).Distinct());
    }

    [Fact]
    public async Task Post_Pipeline_IsChosenByTheModelsName()
    {
        await using TestApp app = await TestApp.StartAsync();
        (HttpStatusCode status, JsonObject answer) = await app.PostAsync(Path, TestApp.Chat().Replace("\"needle\"", "\"needle+snap\"", StringComparison.Ordinal));
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal("needle+snap", (string)answer["model"]!);

        (status, answer) = await app.PostAsync(Path, TestApp.Chat().Replace("\"needle\"", "\"needle+nosuch\"", StringComparison.Ordinal));
        Assert.Equal(HttpStatusCode.NotFound, status);
        Assert.Equal("there is no pipeline 'nosuch': full, snap", (string)answer["error"]!["message"]!);
    }

    [Fact]
    public async Task Post_Conversation_IsRememberedByTheHeader()
    {
        await using TestApp app = await TestApp.StartAsync();
        app.Client.DefaultRequestHeaders.Add("Kvc-Conversation", "one");
        (_, JsonObject first) = await app.PostAsync(Path, TestApp.Chat());
        (_, JsonObject second) = await app.PostAsync(Path, TestApp.Chat());

        int prompt = (int)first["usage"]!["prompt_tokens"]!;
        Assert.Equal(prompt + 7, (int)second["usage"]!["prompt_tokens_details"]!["cached_tokens"]!); // The last token of an answer comes with the next turn.
        Assert.True((int)second["usage"]!["prompt_tokens"]! >= (2 * prompt) + 7);
    }

    public static TheoryData<string, int, string?, string> Bad => new()
    {
        { "", 400, null, "invalid_json" },
        { "{", 400, null, "invalid_json" },
        { "[1]", 400, null, "invalid_json" },
        { "{}", 400, "messages", "invalid_value" },
        { """{"messages": [{"role": "user", "content": "the"}]}""", 400, "model", "invalid_value" },
        { """{"model": "nosuch", "messages": []}""", 404, "model", "model_not_found" },
        { """{"model": 3}""", 400, "model", "invalid_type" },
        { """{"model": "needle", "messages": []}""", 400, "messages", "invalid_value" },
        { """{"model": "needle", "messages": [{"role": "king", "content": ""}]}""", 400, "messages[0].role", "invalid_value" },
        { """{"model": "needle", "messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "x"}}]}]}""", 400, "messages[0].content[0]", "unsupported_parameter" },
        { TestApp.Chat(""", "n": 0"""), 400, "n", "invalid_type" },
        { TestApp.Chat(""", "top_p": 1.5"""), 400, "top_p", "invalid_type" },
        { TestApp.Chat(""", "max_completion_tokens": -4"""), 400, "max_completion_tokens", "invalid_type" },
        { TestApp.Chat().Replace("8", "1e99", StringComparison.Ordinal), 400, "max_tokens", "invalid_type" },
        { TestApp.Chat(""", "max_tokens": 9"""), 400, null, "invalid_json" },
        { TestApp.Chat(""", "stop": [""]"""), 400, "stop", "invalid_value" },
        { TestApp.Chat(""", "nosuch": 1"""), 400, "nosuch", "unknown_parameter" },
        { TestApp.Chat(""", "store": true"""), 400, "store", "unsupported_parameter" },
        { TestApp.Chat(""", "top_logprobs": 3"""), 400, "top_logprobs", "invalid_value" },
        { TestApp.Chat(""", "logit_bias": {"x": 1}"""), 400, "logit_bias.x", "invalid_type" },
        { TestApp.Chat(""", "response_format": {"type": "json_schema", "json_schema": {"schema": {"type": "nosuch"}}}"""), 400, "response_format", "invalid_value" },
        { TestApp.Chat(""", "tools": [{"type": "function", "function": {"name": "f"}}]"""), 400, "tools", "invalid_value" },
        { TestApp.Chat(""", "tool_choice": "required" """), 400, "tool_choice", "invalid_value" },
        { """{"model": "needle", "messages": [{"role": "user", "content": "\ud800"}]}""", 400, "messages[0].content", "invalid_type" },
    };

    [Theory]
    [MemberData(nameof(Bad))]
    public async Task Post_BadInput_IsAnErrorInOpenAisFormat(string body, int status, string? parameter, string code)
    {
        await using TestApp app = await TestApp.StartAsync();
        (HttpStatusCode got, JsonObject answer) = await app.PostAsync(Path, body);

        JsonObject error = (JsonObject)answer["error"]!;
        Assert.Equal((status, parameter, code), ((int)got, (string?)error["param"], (string?)error["code"]));
        Assert.Equal("invalid_request_error", (string)error["type"]!);
        Assert.NotEmpty((string)error["message"]!);
        (got, _) = await app.PostAsync(Path, TestApp.Chat());
        Assert.Equal(HttpStatusCode.OK, got);
    }

    [Fact]
    public async Task Post_LongerThanTheContext_SaysTheCounts()
    {
        await using TestApp app = await TestApp.StartAsync();
        string words = string.Join(' ', Enumerable.Repeat("the old river", app.Engine.Model.Context));
        (HttpStatusCode status, JsonObject answer) = await app.PostAsync(Path, TestApp.Chat().Replace(TestApp.Question, words, StringComparison.Ordinal));

        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Equal("context_length_exceeded", (string)answer["error"]!["code"]!);
        Assert.Contains($"the prompt has {3 * app.Engine.Model.Context} tokens", (string)answer["error"]!["message"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Post_LargerThanAllowed_Is413()
    {
        await using TestApp app = await TestApp.StartAsync(static options => options.MaxRequestBytes = 2000);
        (HttpStatusCode status, JsonObject answer) = await app.PostAsync(Path, new string(' ', 3000));
        Assert.Equal((HttpStatusCode.RequestEntityTooLarge, "request_too_large"), (status, (string)answer["error"]!["code"]!));
    }

    [Fact]
    public async Task Post_MoreThanMayWait_Is429WithRetryAfter()
    {
        await using TestApp app = await TestApp.StartAsync(options: static options => (options.MaxRunning, options.MaxWaiting) = (1, 1));
        string body = TestApp.Chat(""", "stream": false""").Replace("\"max_tokens\": 8", "\"max_tokens\": 400", StringComparison.Ordinal);
        HttpResponseMessage[] answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => app.Client.PostAsync(Path, new StringContent(body, Encoding.UTF8, "application/json"))));

        HttpResponseMessage[] refused = [.. answers.Where(static answer => answer.StatusCode == HttpStatusCode.TooManyRequests)];
        Assert.NotEmpty(refused);
        Assert.Contains(answers, static answer => answer.StatusCode == HttpStatusCode.OK);
        Assert.All(refused, static answer => Assert.True(answer.Headers.RetryAfter!.Delta >= TimeSpan.FromSeconds(1)));
    }

    [Fact]
    public async Task Post_Disconnects_LeaveNothing()
    {
        await using TestApp app = await TestApp.StartAsync();
        await Task.WhenAll(Enumerable.Range(0, 60).Select(async i =>
        {
            using var source = new CancellationTokenSource(TimeSpan.FromMilliseconds(1 + (i * 3)));
            string body = TestApp.Chat(i % 2 == 0 ? """, "stream": true""" : "").Replace("\"max_tokens\": 8", "\"max_tokens\": 1500", StringComparison.Ordinal);
            using var request = new HttpRequestMessage(HttpMethod.Post, Path) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
            try
            {
                using HttpResponseMessage response = await app.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, source.Token);
                await response.Content.ReadAsStringAsync(source.Token);
            }
            catch (Exception gone) when (gone is OperationCanceledException or HttpRequestException)
            {
                // What is tried here.
            }
        }));

        for (int i = 0; i < 1000 && app.Engine.Status is not { Running: 0, Waiting: 0 }; i++)
        {
            await Task.Delay(10);
        }

        Assert.Equal((0, 0), (app.Engine.Status.Running, app.Engine.Status.Waiting));
        (HttpStatusCode status, _) = await app.PostAsync(Path, TestApp.Chat());
        Assert.Equal(HttpStatusCode.OK, status);
    }

    [Fact]
    public async Task Post_Anything_LogsNoTextOfConversations()
    {
        await using TestApp app = await TestApp.StartAsync();
        await app.PostAsync(Path, TestApp.Chat());
        await app.StreamAsync(Path, TestApp.Chat(""", "stream": true"""));
        await app.PostAsync(Path, TestApp.Chat(""", "n": 99"""));

        Assert.NotEmpty(app.Logged.Lines);
        Assert.DoesNotContain(app.Logged.Lines, static line => line.Contains("river", StringComparison.Ordinal) || line.Contains("lantern", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Post_MutatedRequests_NeverAre500OrHang()
    {
        await using TestApp app = await TestApp.StartAsync(options: static options => (options.MaxAnswerTokens, options.DefaultAnswerTokens) = (16, 4));
        byte[][] seeds =
        [
            Encoding.UTF8.GetBytes(TestApp.Chat(""", "n": 2, "seed": 3, "logprobs": true, "top_logprobs": 2, "stop": ["a", "b"], "logit_bias": {"5": 1}""")),
            Encoding.UTF8.GetBytes(TestApp.Chat(""", "stream": true, "response_format": {"type": "text"}, "tools": [], "tool_choice": "auto" """)),
            "{\"model\": \"needle\", \"prompt\": [5, 6, 7], \"max_tokens\": 3, \"logprobs\": 2, \"temperature\": 0.5, \"top_p\": 0.9}"u8.ToArray(),
        ];
        string fragments = "{}[]\",:0123456789.-eE\\unulltruefalse ";
        var random = new Random(17);
        int rounds = int.TryParse(Environment.GetEnvironmentVariable("KVCOMPOSE_FUZZ_REQUESTS"), out int asked) ? asked : 1500;
        for (int i = 0; i < rounds; i++)
        {
            List<byte> body = [.. seeds[i % 3]];
            for (int changes = random.Next(1, 6); changes > 0; changes--)
            {
                int at = random.Next(body.Count);
                switch (random.Next(4))
                {
                    case 0:
                        body[at] = (byte)random.Next(256);
                        break;
                    case 1:
                        body.RemoveRange(at, Math.Min(random.Next(1, 20), body.Count - at - 1));
                        break;
                    case 2:
                        body.Insert(at, (byte)fragments[random.Next(fragments.Length)]);
                        break;
                    default:
                        body.InsertRange(at, body.GetRange(at, Math.Min(random.Next(1, 30), body.Count - at)));
                        break;
                }
            }

            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
            using HttpResponseMessage response = await app.Client.PostAsync(i % 3 == 2 ? "/v1/completions" : Path, new ByteArrayContent([.. body]), limit.Token);
            string text = await response.Content.ReadAsStringAsync(limit.Token);
            Assert.True((int)response.StatusCode < 500, $"{(int)response.StatusCode} {text}\n{Encoding.UTF8.GetString([.. body])}");
            Assert.DoesNotContain("internal_error", text, StringComparison.Ordinal);
        }
    }
}
