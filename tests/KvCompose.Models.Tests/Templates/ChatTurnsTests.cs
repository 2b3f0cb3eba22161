using System.Text.Json.Nodes;
using KvCompose.Models.Templates;

namespace KvCompose.Models.Tests.Templates;

public class ChatTurnsTests
{
    [Fact]
    public void ChatMl_RendersTurns() => Assert.Equal(
        "<|im_start|>system\nbe<|im_end|>\n<|im_start|>user\nhi<|im_end|>\n<|im_start|>assistant\n",
        ChatTemplate.ChatMl.Render(TemplateRendering.Request(ChatTurns.System("be"), ChatTurns.User("hi")) with { AddGenerationPrompt = true }).Text);

    [Fact]
    public void ToolTurns_HaveTheUsualShape()
    {
        const string template = "{% for m in messages %}{% for c in m.tool_calls|default([]) %}{{ c.id }}:{{ c.function.name }}"
            + "{% for k, v in c.function.arguments.items() %}({{ k }}={{ v }}){% endfor %}{% endfor %}"
            + "{% if m.role == 'tool' %}{{ m.name }}/{{ m.tool_call_id }}/{{ m.content }}{% endif %}{% endfor %}";
        JsonObject call = ChatTurns.ToolCalls(("look", new JsonObject { ["at"] = 1.0, ["deep"] = true }, "c1"));
        Assert.Equal("c1:look(at=1.0)(deep=True)look/c1/seen", TemplateRendering.Text(template, call, ChatTurns.ToolResult("look", "seen", "c1")));
    }

    [Fact]
    public void Numbers_KeepTheirKind()
    {
        var message = new JsonObject { ["role"] = "user", ["a"] = 5, ["b"] = 5.0, ["c"] = JsonNode.Parse("5.0"), ["d"] = 5L, ["e"] = 1e100, ["f"] = JsonNode.Parse("5") };
        Assert.Equal("5 5.0 5.0 5 1e+100 5", TemplateRendering.Text("{% set m = messages[0] %}{{ m.a }} {{ m.b }} {{ m.c }} {{ m.d }} {{ m.e }} {{ m.f }}", message));
    }
}
