using System.Text.Json.Nodes;
using KvCompose.Models.Files.Gguf;
using KvCompose.Models.Templates;
using KvCompose.Models.Tests.Support;

namespace KvCompose.Models.Tests.Templates;

public class SmolLmTemplateTests
{
    private static readonly Lazy<ChatTemplate> Template = new(() =>
    {
        using GgufFile file = GgufFile.Open(RealCheckpoints.Find(RealCheckpoints.SmolLm)!);
        return ChatTemplate.Parse(file.Metadata.RequiredText("tokenizer.chat_template"));
    });

    [CheckpointFact]
    public void GreedyPrompts_AreEqual()
    {
        JsonNode[] cases = Cases("smollm2-greedy.json");
        Assert.NotEmpty(cases);
        foreach (JsonNode @case in cases)
        {
            ChatPromptRequest request = Request([.. @case["messages"]!.AsArray().OfType<JsonObject>()]);
            Assert.Equal((string)@case["text"]!, Template.Value.Render(request).Text);
        }
    }

    [CheckpointFact]
    public void GreedyPrompts_SpellNoControlTokenInContent()
    {
        JsonNode[] hostile = [.. Cases("smollm2-greedy.json").Where(@case => @case["ids_content_plain"] is not null)];
        Assert.NotEmpty(hostile);
        foreach (JsonNode @case in hostile)
        {
            JsonObject[] messages = [.. @case["messages"]!.AsArray().OfType<JsonObject>()];
            ChatPrompt prompt = Template.Value.Render(Request(messages));
            int opened = prompt.Parts.Where(part => !part.IsContent).Sum(part => Count(prompt.Text.Substring(part.Start, part.Length), "<|im_end|>"));
            Assert.Equal(messages.Length + (messages[0]["role"]!.GetValue<string>() == "system" ? 0 : 1), opened);
        }
    }

    [CheckpointFact]
    public void Conversations_AreEqual()
    {
        foreach (JsonNode @case in Cases("smollm2-conversations.json"))
        {
            var messages = new List<JsonObject>();
            if (@case["system"] is { } system)
            {
                messages.Add(ChatTurns.System((string)system!));
            }

            foreach (JsonNode? turn in @case["turns"]!.AsArray())
            {
                messages.Add(ChatTurns.User((string)turn!["user"]!));
                Assert.Equal((string)turn["text"]!, Template.Value.Render(Request([.. messages])).Text);
                messages.Add(ChatTurns.Assistant((string)turn["answer"]!));
            }
        }
    }

    private static ChatPromptRequest Request(JsonObject[] messages) => new() { Messages = messages, AddGenerationPrompt = true };

    private static JsonNode[] Cases(string file) =>
        [.. JsonNode.Parse(File.ReadAllText(RealCheckpoints.Find(file)!))!["cases"]!.AsArray().OfType<JsonNode>()];

    private static int Count(string text, string part) => text.Split(part).Length - 1;
}
