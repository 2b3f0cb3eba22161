using System.Text.Json.Nodes;
using KvCompose.Models.Templates;

namespace KvCompose.Models.Tests.Templates;

/// <summary>What a template writes behind an assistant's words, and what it makes of past tool calls.</summary>
public sealed class TurnEndTests
{
    private const string Loop = "{% for m in messages %}", End = "{% endfor %}";

    [Fact]
    public void FindTurnEnd_ChatMl_IsTheEndOfItsTurns() => Assert.Equal("<|im_end|>\n", ChatTemplate.ChatMl.FindTurnEnd());

    [Theory]
    [InlineData("<|h|>{{ m.role }}<|e|>\n\n{{ m.content | trim }}<|eot_id|>", "<|eot_id|>")]
    [InlineData("{% if m.role == 'user' %}[INST] {{ m.content }} [/INST]{% else %} {{ m.content }}</s>{% endif %}", "</s>")]
    [InlineData("{{ m.role }}: {{ m.content }}  \n ", null)] // white space alone ends nothing
    [InlineData("{% if m.role == 'user' %}{{ m.content }}{% endif %}", null)] // the template does not show what an assistant said
    [InlineData("{{ raise_exception('no') }}", null)]
    public void FindTurnEnd_ATemplate_GivesWhatFollowsTheWords(string body, string? expected)
        => Assert.Equal(expected, ChatTemplate.Parse(Loop + body + End).FindTurnEnd());

    [Fact]
    public void FindTurnEnd_SpecialTokens_AreThoseOfTheTokenizer()
        => Assert.Equal(
            "<end>",
            ChatTemplate.Parse(Loop + "{{ m.content + eos_token }}" + End).FindTurnEnd(new Dictionary<string, string> { ["eos_token"] = "<end>" }));

    [Fact]
    public void FindTurnEnd_TokenThatIsMissing_GivesNone() => Assert.Null(ChatTemplate.Parse(Loop + "{{ m.content + eos_token }}" + End).FindTurnEnd());

    /// <summary>A template gets arguments as the caller has them: a mapping that it may walk or write as JSON, or text that it may put down as it is.</summary>
    [Theory]
    [InlineData("{{ a | tojson }}", """{"city": "K\u00f6ln \"west\""}""", null)]
    [InlineData("{% for k, v in a.items() %}{{ k }}={{ v }}{% endfor %}", "city=Köln \"west\"", null)]
    [InlineData("{{ a }}", null, """{"city": "Köln \"west\""}""")]
    [InlineData("{{ a if a is string else a | tojson }}", """{"city": "K\u00f6ln \"west\""}""", """{"city": "Köln \"west\""}""")]
    public void ToolArguments_AsObjectAndAsText_AreWrittenOnce(string body, string? ofObject, string? ofText)
    {
        const string text = """{"city": "Köln \"west\""}""";
        string template = Loop + "{% for c in m.tool_calls %}{% set a = c.function.arguments %}" + body + "{% endfor %}" + End;
        JsonObject asObject = ChatTurns.ToolCalls(("look", JsonNode.Parse(text)!.AsObject(), null)), asText = ChatTurns.ToolCalls(("look", new JsonObject(), null));
        asText["tool_calls"]![0]!["function"]!["arguments"] = text;
        if (ofObject is not null)
        {
            Assert.Equal(ofObject.Replace("\\u00f6", "ö", StringComparison.Ordinal), TemplateRendering.Text(template, asObject).Replace("\\u00f6", "ö", StringComparison.Ordinal));
        }

        if (ofText is not null)
        {
            Assert.Equal(ofText, TemplateRendering.Text(template, asText));
        }
    }
}
