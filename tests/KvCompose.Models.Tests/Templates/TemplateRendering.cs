using System.Text.Json.Nodes;
using KvCompose.Models.Templates;

namespace KvCompose.Models.Tests.Templates;

/// <summary>Renders short templates.</summary>
internal static class TemplateRendering
{
    public static string Text(string template, params JsonObject[] messages) => Prompt(template, messages).Text;

    public static ChatPrompt Prompt(string template, params JsonObject[] messages) => ChatTemplate.Parse(template).Render(Request(messages));

    public static ChatPromptRequest Request(params JsonObject[] messages) => new()
    {
        Messages = messages,
        SpecialTokens = new Dictionary<string, string> { ["bos_token"] = "<s>", ["eos_token"] = "</s>" },
    };

    public static ChatTemplateException Fails(string template, ChatTemplateLimits? limits = null, params JsonObject[] messages) =>
        Assert.Throws<ChatTemplateException>(() => ChatTemplate.Parse(template, limits).Render(Request(messages)));
}
