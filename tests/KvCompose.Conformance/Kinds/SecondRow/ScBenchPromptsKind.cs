using System.Text.Json;
using System.Text.Json.Nodes;
using KvCompose.Conformance.Comparing;
using KvCompose.Conformance.Reading;
using KvCompose.Conformance.Running;
using KvCompose.Models.Templates;
using KvCompose.Reference.ScBench;

namespace KvCompose.Conformance.Kinds.SecondRow;

/// <summary>The prompts of every mode; the chat template is rendered by the product.</summary>
public sealed class ScBenchPromptsKind() : SecondRowKind("scbench.prompts")
{
    private static readonly string[] SpecialTokens = ["bos_token", "eos_token", "pad_token", "unk_token"];

    /// <inheritdoc/>
    protected override IEnumerable<JsonElement> CasesIn(VectorFile file) => [file.Root];

    /// <inheritdoc/>
    protected override void Check(JsonElement @case)
    {
        ChatTemplate template = ChatTemplate.Parse(@case.Text("chat_template"));
        int longest = @case.Int("max_seq_length");
        Dictionary<string, string> special = SpecialTokens
            .Where(name => @case.OptionalText(name) is not null).ToDictionary(name => name, name => @case.Text(name));
        foreach ((int index, JsonElement example) in @case.List("cases").Index())
        {
            Example(example, longest, Render, $"cases[{index}]");
        }

        string Render(IReadOnlyList<PromptMessage> messages, bool openAnswer) => template.Render(new ChatPromptRequest
        {
            Messages = [.. messages.Select(message => new JsonObject { ["role"] = message.Role, ["content"] = message.Content })],
            AddGenerationPrompt = openAnswer,
            SpecialTokens = special,
        }).Text;
    }

    private static void Example(JsonElement @case, int longest, Prompts.ChatRenderer render, string what)
    {
        string task = @case.Text("task");
        JsonElement[] turns = @case.List("turns");
        var prompts = new Prompts(new PromptExample(task, @case.Text("context"), [.. turns.Select(Turn)]));
        Texts(@case, "multi_turn", () => prompts.MultiTurn(true), what);
        Texts(@case, "multi_turn_own_answers", () => prompts.MultiTurn(false), what);
        Texts(@case, "multi_turn_chat", () => prompts.MultiTurnChat(true, render), what);
        Texts(@case, "multi_turn_chat_own_answers", () => prompts.MultiTurnChat(false, render), what);
        Texts(@case, "same_context", prompts.SameContext, what);
        Texts(@case, "same_context_chat", () => prompts.SameContextChat(render), what);
        GroundTruth(@case, task, turns, what);
        IReadOnlyDictionary<string, int> tokens = Lengths.NewTokens(task);
        JsonElement expected = @case.Field("max_new_tokens");
        foreach ((string part, int count) in tokens)
        {
            Expect.Equal(expected.ValueKind == JsonValueKind.Object ? expected.Int(part) : expected.AsInt("max_new_tokens"), count,
                $"{what}.max_new_tokens");
        }

        JsonElement input = @case.Field("max_input_length");
        Expect.Equal(input.Int("multi_turn"), Lengths.Input(task, longest, turns.Length, false), $"{what}.max_input_length.multi_turn");
        Expect.Equal(input.Int("same_context"), Lengths.Input(task, longest, turns.Length, true), $"{what}.max_input_length.same_context");
    }

    private static void GroundTruth(JsonElement @case, string task, JsonElement[] turns, string what)
    {
        foreach ((int turn, JsonElement expected) in @case.List("ground_truth").Index())
        {
            JsonElement answer = turns[turn].Field("answer");
            string actual = task switch
            {
                "scbench_choice_eng" => JsonSerializer.Serialize((string[])[answer.GetString()!,
                    "ABCD"[Array.FindIndex(turns[turn].List("options"), option => option.GetString() == answer.GetString())].ToString()]),
                "scbench_qa_eng" => JsonSerializer.Serialize((JsonElement[])[answer]),
                _ => JsonSerializer.Serialize(answer),
            };
            Expect.Equal(JsonSerializer.Serialize(expected), actual, $"{what}.ground_truth[{turn}]");
        }
    }

    private static void Texts(JsonElement @case, string name, Func<string[]> prompts, string what)
    {
        if (@case.Optional(name) is { } expected)
        {
            Expect.Equal<string?>([.. expected.AsList(name).Select(text => text.GetString())], prompts(), $"{what}.{name}");
        }
    }

    private static PromptTurn Turn(JsonElement turn) => new(
        turn.Text("input"),
        Python(turn.Field("answer")),
        [.. (turn.Optional("options")?.AsList("options") ?? []).Select(option => option.GetString()!)]);

    /// <summary>A value as the published code puts it into a text.</summary>
    private static string Python(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString()!,
        JsonValueKind.Array => $"[{string.Join(", ", value.EnumerateArray().Select(Element))}]",
        JsonValueKind.True => "True",
        JsonValueKind.False => "False",
        _ => value.GetRawText(),
    };

    private static string Element(JsonElement item) => item.ValueKind == JsonValueKind.String ? Quoted(item.GetString()!) : Python(item);

    private static string Quoted(string text)
    {
        char quote = text.Contains('\'') && !text.Contains('"') ? '"' : '\'';
        string escaped = text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
        return quote + (quote == '\'' ? escaped.Replace("'", "\\'", StringComparison.Ordinal) : escaped) + quote;
    }
}
