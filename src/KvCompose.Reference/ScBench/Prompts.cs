using System.Text.RegularExpressions;

namespace KvCompose.Reference.ScBench;

/// <summary>The prompts of an example, in each mode.</summary>
/// <remarks>Source: Li et al., arXiv 2412.10319, and its published prompts, slips included.</remarks>
public sealed partial class Prompts(PromptExample example)
{
    private const string Delimiter = "[SEPSEPSEP]", ChoiceEnd = "The the correct answer is",
        ChoiceFollowUpEnd = "The letter of the correct answer is";
    private const string MathFind = "scbench_mf", ChoiceTask = "scbench_choice_eng";

    /// <summary>Renders a chat: messages, and whether the assistant's turn is opened at the end.</summary>
    public delegate string ChatRenderer(IReadOnlyList<PromptMessage> messages, bool openAnswer);

    /// <summary>Plain turns: the context and the first question, then the golden answer before and each next question.</summary>
    /// <param name="golden">Whether the golden answers are put in; else the model's own stay in the cache.</param>
    public string[] MultiTurn(bool golden) =>
        [First, .. Enumerable.Range(1, example.Turns.Count - 1).Select(turn => golden ? AfterAnswer(turn) : InChat(turn, Prefix(turn)))];

    /// <summary>Turns as a chat.</summary>
    public string[] MultiTurnChat(bool golden, ChatRenderer render)
    {
        string empty = render([new("system", "")], golden);
        string prefix = Prefix(example.Turns.Count - 1);
        string end = example.Task == "scbench_summary" ? "This paper" : "";
        return
        [
            render([new("user", First)], true),
            .. Enumerable.Range(1, example.Turns.Count - 1).Select(turn =>
            {
                // As published, the last question's prefix stands before every one.
                var user = new PromptMessage("user", InChat(turn, prefix));
                PromptMessage[] messages = golden
                    ? [new("system", ""), new("assistant", example.Turns[turn - 1].Answer), user]
                    : [user];
                string rendered = render(messages, true);
                return (empty.Length == 0 ? rendered : rendered.Replace(empty, "", StringComparison.Ordinal)) + end;
            }),
        ];
    }

    /// <summary>The context alone, then every question.</summary>
    public string[] SameContext() => [ContextAlone, .. Enumerable.Range(0, example.Turns.Count).Select(turn => InChat(turn, Prefix(turn)))];

    /// <summary>The context alone, then every question, as parts of a chat.</summary>
    public string[] SameContextChat(ChatRenderer render) =>
    [
        render([new("user", ContextAlone + Delimiter)], true).Split(Delimiter)[0],
        .. SameContext()[1..].Select(question => render([new("system", ""), new("user", Delimiter + question)], true).Split(Delimiter)[1]),
    ];

    private string Lead => example.Task switch
    {
        "scbench_passkey" => "There is an important info hidden inside a lot of irrelevant text. Find it and memorize it."
            + " I will quiz you about the important information.\n\n",
        "scbench_kv" or "scbench_kv_hard" => "Extract the value corresponding to the specified key in the JSON object below.\n\n",
        "scbench_kv_compressible" => "Extract the value corresponding to the specified key in the following passage.\n\n",
        ChoiceTask => "Read the book and answer the question.\n\n",
        "scbench_qa_eng" => "Read the book and answer the question. Be very concise in your answer.\n\n",
        "scbench_qa_chn" => "阅读以下书籍然后回答问题。\n\n",
        "scbench_repoqa" => "Based on the function description and code context, please retrieve and repeat the exact described function"
            + " from the code context in a code block wrapped by ```:\n\n",
        _ => "",
    };

    private string ContextAlone => example.Task == MathFind ? $"{example.Turns[0].Input}\n\n{example.Context}" : Lead + example.Context;

    private string First => example.Task == MathFind
        ? $"{Prefix(0)}\n\n{example.Context}\n\n{example.Turns[0].Input}"
        : $"{Lead}{example.Context}\n\n{Question(example.Turns[0], ChoiceEnd)}";

    private string AfterAnswer(int turn)
    {
        string answer = example.Turns[turn - 1].Answer + (example.Task == "scbench_passkey" ? "." : "");
        string prefix = example.Task == MathFind ? $"{Prefix(turn)}\n\n" : "";
        return $"{answer}\n\n{prefix}{Question(example.Turns[turn], ChoiceFollowUpEnd)}";
    }

    private string InChat(int turn, string prefix)
        => (example.Task == MathFind ? $"{prefix}\n\n" : "") + Question(example.Turns[turn], ChoiceEnd);

    private string Question(PromptTurn turn, string choiceEnd) => example.Task switch
    {
        ChoiceTask => $"Question: {turn.Input}\n{Options(turn)}\n\n{choiceEnd}",
        "scbench_qa_eng" => $"Question: {turn.Input}\nAnswer:",
        "scbench_qa_chn" => $"问题：{turn.Input}\n答案：",
        _ => turn.Input,
    };

    private static string Options(PromptTurn turn)
        => string.Join('\n', turn.Options.Take(4).Select((option, i) => $"{"ABCD"[i]}. {option}"));

    /// <summary>"What is the largest number?" from "The largest number of the list is".</summary>
    private string Prefix(int turn) => example.Task == MathFind
        ? $"What is {Target().Match(example.Turns[turn].Input).Value.ToLowerInvariant()[..^3]}?"
        : "";

    [GeneratedRegex("The .+ is")]
    private static partial Regex Target();
}
