using KvCompose.Models;
using KvCompose.Serving.Chat;

namespace KvCompose.Serving.Tests.Chat;

public sealed class ToolCallTests
{
    private const string Hermes = """
        {%- if tools %}{{- 'TOOLS ' }}{%- for tool in tools %}{{- tool | tojson }}{%- endfor %}{%- endif %}
        {%- for m in messages %}
        {{- '[' + m.role + ']' }}{{- m.content }}
        {%- if m.tool_calls %}{%- for c in m.tool_calls %}{{- '\n<tool_call>\n{"name": "' + c.function.name + '", "arguments": ' }}{{- c.function.arguments | tojson }}{{- '}\n</tool_call>' }}{%- endfor %}{%- endif %}
        {{- '<end>' }}
        {%- endfor %}
        {%- if add_generation_prompt %}{{- '[assistant]' }}{%- endif %}
        """;

    private const string Bare = """
        {%- if tools %}{{- tools | tojson }}{%- endif %}
        {%- for m in messages %}
        {{- '[' + m.role + ']' }}
        {%- if m.tool_calls %}{{- '{"name": "' + m.tool_calls[0].function.name + '", "parameters": ' }}{{- m.tool_calls[0].function.arguments | tojson }}{{- '}' }}{%- else %}{{- m.content }}{%- endif %}
        {{- '<end>' }}
        {%- endfor %}
        {%- if add_generation_prompt %}{{- '[assistant]' }}{%- endif %}
        """;

    private static readonly HashSet<string> Names = ["weather", "clock"];

    [Fact]
    public void Of_TemplateWithTags_FindsThem()
    {
        using LanguageModel model = Load(Hermes);
        Assert.Equal(new ToolCallFormat("<tool_call>", "</tool_call>", "name", "arguments"), ToolCallFormat.Of(model.ChatFormat));
    }

    [Fact]
    public void Of_TemplateWithBareObjects_FindsThem()
    {
        using LanguageModel model = Load(Bare);
        Assert.Equal(new ToolCallFormat("", "", "name", "parameters"), ToolCallFormat.Of(model.ChatFormat));
    }

    [Fact]
    public void Of_TemplateWithoutTools_IsNone()
    {
        using LanguageModel model = Load("{% for m in messages %}{{ m.content }} {% endfor %}");
        Assert.Null(ToolCallFormat.Of(model.ChatFormat));
    }

    [Fact]
    public void Add_TwoCallsAtEveryCut_AreTaken()
    {
        const string answer = "I look.\n<tool_call>\n{\"name\": \"weather\", \"arguments\": {\"place\": \"a}\\\"<b\"}}\n</tool_call>\n<tool_call>\n{\"name\": \"clock\", \"arguments\": {}}\n</tool_call>";
        for (int cut = 0; cut <= answer.Length; cut++)
        {
            var reader = new ToolCallReader(new ToolCallFormat("<tool_call>", "</tool_call>", "name", "arguments"), Names);
            (string Text, IReadOnlyList<ToolCall> Calls) first = reader.Add(answer[..cut], ends: false), second = reader.Add(answer[cut..], ends: false), last = reader.Add("", ends: true);

            ToolCall[] calls = [.. first.Calls, .. second.Calls, .. last.Calls];
            Assert.Equal(["weather", "clock"], calls.Select(static call => call.Name));
            Assert.Equal("a}\"<b", System.Text.Json.Nodes.JsonNode.Parse(calls[0].Arguments)!["place"]!.GetValue<string>());
            Assert.NotEqual(calls[0].Id, calls[1].Id);
            Assert.Equal("I look.", (first.Text + second.Text + last.Text).TrimEnd());
        }
    }

    [Theory]
    [InlineData("no call at all <tool")]
    [InlineData("<tool_call>\n{\"name\": \"nosuch\", \"arguments\": {}}\n</tool_call>")]
    [InlineData("<tool_call>\n{\"name\": \"weather\", \"arguments\"")]
    [InlineData("{\"name\": \"weather\"} is text")]
    public void Add_WhatIsNoCall_IsText(string answer)
    {
        var reader = new ToolCallReader(new ToolCallFormat("<tool_call>", "</tool_call>", "name", "arguments"), Names);
        string text = "";
        foreach (char c in answer)
        {
            (string certain, IReadOnlyList<ToolCall> calls) = reader.Add(c.ToString(), ends: false);
            Assert.Empty(calls);
            text += certain;
        }

        Assert.Equal(answer, text + reader.Add("", ends: true).Text);
    }

    [Theory]
    [InlineData("{\"name\": \"weather\", \"parameters\": {\"place\": \"x\"}}", "weather")]
    [InlineData("The object {\"name\": \"weather\", \"parameters\": {}} is text", null)]
    public void Add_BareObject_IsACallAtTheBeginningOnly(string answer, string? name)
    {
        var reader = new ToolCallReader(new ToolCallFormat("", "", "name", "parameters"), Names);
        (string text, IReadOnlyList<ToolCall> calls) = reader.Add(answer, ends: true);

        Assert.Equal(name, calls.SingleOrDefault()?.Name);
        Assert.Equal(name is null ? answer : "", text);
    }

    private static LanguageModel Load(string template) => LanguageModel.Load(
        Path.Combine(AppContext.BaseDirectory, "models", "needle"), new LanguageModelOptions { Threads = 1, ChatTemplate = template });
}
