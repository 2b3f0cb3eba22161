using System.Text.Json.Nodes;
using KvCompose.Models.Templates;

namespace KvCompose.Models.Tests.Templates;

public class TemplateErrorTests
{
    [Theory]
    [InlineData("a\n {% foo %}", 2, 5, "unknown tag 'foo'")]
    [InlineData("{{ n\n  ? 1 }}", 2, 3, "unexpected char '?'")]
    [InlineData("x\r\ny {{ 'a'|nosuch }}", 2, 10, "No filter named 'nosuch'")]
    [InlineData("{% if a %}{% for x in a %}{% endif %}", 1, 30, "unknown tag 'endif'; looking for endfor or else")]
    [InlineData("{% autoescape true %}{% endautoescape %}", 1, 4, "autoescape is not supported")]
    [InlineData("{% if a %}\n\nx", 2, 1, "elif or else or endif is missing")]
    public void Parse_NoTemplate_NamesLineColumnAndWhat(string source, int line, int column, string what)
    {
        ChatTemplateException problem = Assert.Throws<ChatTemplateException>(() => ChatTemplate.Parse(source));
        Assert.Equal((ChatTemplateErrorKind.Syntax, line, column), (problem.Kind, problem.Line, problem.Column));
        Assert.Contains(what, problem.Message);
        Assert.Contains($"line {line}, column {column}", problem.Message);
    }

    [Theory]
    [InlineData("ok\n{{ 1 + 'a' }}", ChatTemplateErrorKind.Runtime, 2, 6)]
    [InlineData("ok\n\n  {{ a.b.c }}", ChatTemplateErrorKind.Undefined, 3, 7)]
    [InlineData("{{ messages.append(1) }}", ChatTemplateErrorKind.Security, 1, 19)]
    [InlineData("{{ raise_exception('no') }}", ChatTemplateErrorKind.Raised, 1, 19)]
    [InlineData("{% include 'x' %}", ChatTemplateErrorKind.Runtime, 1, 4)]
    public void Render_Mistake_NamesLineAndColumn(string source, ChatTemplateErrorKind kind, int line, int column)
    {
        ChatTemplateException problem = TemplateRendering.Fails(source);
        Assert.Equal((kind, line, column), (problem.Kind, problem.Line, problem.Column));
    }

    [Fact]
    public void Raise_Detail_IsTheTemplatesMessage() =>
        Assert.Equal("only user", TemplateRendering.Fails("{{ raise_exception('only ' ~ messages[0].role) }}", null, ChatTurns.User("x")).Detail);

    [Fact]
    public void Render_BothEnds_AreRefused()
    {
        ChatPromptRequest request = TemplateRendering.Request(ChatTurns.User("x")) with { AddGenerationPrompt = true, ContinueFinalMessage = true };
        Assert.Throws<ArgumentException>(() => ChatTemplate.ChatMl.Render(request));
    }

    [Fact]
    public void Render_DeepJson_IsRefused()
    {
        JsonNode nested = new JsonArray();
        for (int i = 0; i < 100; i++)
        {
            nested = new JsonArray(nested);
        }

        ChatPromptRequest request = TemplateRendering.Request(new JsonObject { ["role"] = "user", ["content"] = nested });
        Assert.Contains("levels deep", Assert.Throws<ArgumentException>(() => ChatTemplate.ChatMl.Render(request)).Message);
    }
}
