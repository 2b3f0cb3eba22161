using KvCompose;
using KvCompose.Evaluation;
using KvCompose.Models;
using KvCompose.Samples.CustomStage;

string folder = Path.Combine(AppContext.BaseDirectory, "models", "needle");
using LanguageModel model = LanguageModel.Load(folder);
NeedleVocabulary vocabulary = NeedleVocabulary.Load(Path.Combine(folder, "words.json"), model.Tokenizer);
NeedleText text = new NeedleTask(vocabulary, length: 512, facts: 4, questions: 1).Texts(seed: 1).First();
NeedleQuestion question = text.Questions[0];

using KvSession full = EveryKeyStays.Open(model);
using KvSession session = ShortKeysStay.Open(model);
NeedleAnswer expected = NeedleAnswer.Of(full, text, question), answer = NeedleAnswer.Of(session, text, question);

Console.WriteLine($"asked:    {Words(text.Asked(question))}");
Console.WriteLine($"expected: {Words([.. question.Fact.Value])}");
Console.WriteLine($"answered: {Words([.. expected.Tokens])} with every key ({Verdict(expected)})");
Console.WriteLine($"          {Words([.. answer.Tokens])} with half of them ({Verdict(answer)})");
Console.WriteLine();
Console.WriteLine($"{answer.AfterPrompt.TokensPerHead:F0} of {question.PromptTokens} tokens kept per key-value head, {answer.AfterPrompt.BytesHeld / 1024} KiB");
Console.WriteLine("kept of the fact that was asked for (rows: layers, columns: key-value heads):");
(int start, int length) = (question.Fact.Start, vocabulary.Fact.Tokens);
for (int layer = 0; layer < session.Shape.Layers; layer++)
{
    IEnumerable<string> heads = Enumerable.Range(0, session.Shape.KeyValueHeads)
        .Select(head => session.Positions(layer, head).Count(position => position >= start && position < start + length))
        .Select(kept => $"{kept}/{length}");
    Console.WriteLine($"  {string.Join("  ", heads)}");
}

int whole = Enumerable.Range(0, session.Shape.Layers).Sum(layer => Enumerable.Range(0, session.Shape.KeyValueHeads)
    .Count(head => session.Positions(layer, head).Count(position => position >= start && position < start + length) == length));
int total = session.Shape.Layers * session.Shape.KeyValueHeads;
Console.WriteLine($"{whole} of {total} heads kept the whole fact. Key norms do not depend on the question: where the heads that");
Console.WriteLine("retrieve lost a part of the fact, the answer is wrong.");

string Words(ReadOnlySpan<int> tokens) => model.Tokenizer.Decode(tokens);

static string Verdict(NeedleAnswer answer) => answer.Exact ? "right" : "wrong";

/// <summary>What the stage is compared with.</summary>
[KvPipeline]
[FullCache]
internal sealed partial class EveryKeyStays;

/// <summary>The stage composed with a built-in one, and compiled into one pipeline.</summary>
[KvPipeline]
[UniformBudget(Ratio = 0.5)]
[SmallKeys(Window = 16, Recency = 0.5)]
internal sealed partial class ShortKeysStay;
