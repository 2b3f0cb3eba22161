using System.Text.Json;
using KvCompose.Extensions.AI;
using KvCompose.Models;
using KvCompose.Serving.Chat;
using KvCompose.Serving.Tests.Support;
using Microsoft.Extensions.AI;

namespace KvCompose.Serving.Tests.Client;

/// <summary>What needs a real vocabulary: JSON formats and calls of tools.</summary>
public sealed class RealModelTests
{
    private const string ToolTemplate = """
        {%- if tools %}{{- '<|im_start|>system\nTools: ' }}{%- for tool in tools %}{{- tool | tojson }}{%- endfor %}{{- '<|im_end|>\n' }}{%- endif %}
        {%- for m in messages %}{{- '<|im_start|>' + m.role + '\n' + m.content }}
        {%- if m.tool_calls %}{%- for c in m.tool_calls %}{{- '<tool_call>\n{"name": "' + c.function.name + '", "arguments": ' }}{{- c.function.arguments | tojson }}{{- '}\n</tool_call>' }}{%- endfor %}{%- endif %}
        {{- '<|im_end|>\n' }}{%- endfor %}
        {%- if add_generation_prompt %}{{- '<|im_start|>assistant\n' }}{%- endif %}
        """;

    [CheckpointFact]
    public async Task ResponseFormat_Schema_AnswerDeserialises()
    {
        using LanguageModel model = LanguageModel.Load(CheckpointFactAttribute.Find()!);
        await using var engine = new ServingEngine(model, Support.Models.Pipelines);
        using var client = new KvComposeChatClient(new ChatServer(engine));

        ChatResponse<City> answer = await client.GetResponseAsync<City>(
            "Name a city and its number of people.", new ChatOptions { Temperature = 0, MaxOutputTokens = 80 }, useJsonSchemaResponseFormat: true);

        Assert.True(answer.TryGetResult(out City? city), answer.Text);
        Assert.False(string.IsNullOrEmpty(city.Name));
        Assert.Equal(ChatFinishReason.Stop, answer.FinishReason);
    }

    [CheckpointFact]
    public async Task Tools_Required_AreCalledWithTheirParameters()
    {
        using LanguageModel model = LanguageModel.Load(CheckpointFactAttribute.Find()!, new LanguageModelOptions { ChatTemplate = ToolTemplate });
        await using var engine = new ServingEngine(model, Support.Models.Pipelines);
        using var client = new KvComposeChatClient(new ChatServer(engine));
        var asked = new List<string>();
        AIFunction weather = AIFunctionFactory.Create((string place) => { asked.Add(place); return "rain"; }, "weather", "The weather of a place.");
        var options = new ChatOptions { Temperature = 0, MaxOutputTokens = 60, Tools = [weather], ToolMode = ChatToolMode.RequireSpecific("weather") };

        ChatResponse whole = await client.GetResponseAsync("How is the weather in Paris?", options);
        ChatResponse streamed = await client.GetStreamingResponseAsync("How is the weather in Paris?", options).ToChatResponseAsync();

        FunctionCallContent call = Assert.Single(whole.Messages.SelectMany(static message => message.Contents).OfType<FunctionCallContent>());
        FunctionCallContent other = Assert.Single(streamed.Messages.SelectMany(static message => message.Contents).OfType<FunctionCallContent>());
        Assert.Equal("weather", call.Name);
        Assert.Equal(JsonValueKind.String, ((JsonElement)call.Arguments!["place"]!).ValueKind);
        Assert.Equal(call.Arguments["place"]!.ToString(), other.Arguments!["place"]!.ToString());
        Assert.Equal(ChatFinishReason.ToolCalls, whole.FinishReason);

        // The loop of the ecosystem: call, result, answer.
        using IChatClient invoking = new ChatClientBuilder(client).UseFunctionInvocation().Build();
        ChatResponse done = await invoking.GetResponseAsync("How is the weather in Paris?", new ChatOptions { Temperature = 0, MaxOutputTokens = 40, Tools = [weather], ToolMode = ChatToolMode.RequireAny });
        Assert.NotEmpty(asked);
        Assert.Contains(done.Messages, static message => message.Role == ChatRole.Tool);
    }

    private sealed record City(string Name, int People);
}
