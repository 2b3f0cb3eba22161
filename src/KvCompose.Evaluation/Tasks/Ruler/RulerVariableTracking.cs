using System.Globalization;

namespace KvCompose.Evaluation;

/// <summary>
/// RULER's vt: five variables, each assigned the one before, the first one a number; which variables have that number? A worked example
/// comes first. Source: RULER, scripts/data/synthetic/variable_tracking.py; its misspelling of "assigned" is kept.
/// </summary>
public sealed class RulerVariableTracking : SizedTask
{
    private const int Hops = 4;
    private const int ExampleNoise = 5;
    private const int NameLetters = 5;
    private const int ExampleNameLetters = 3;

    /// <inheritdoc/>
    public override string Name => "vt";

    /// <inheritdoc/>
    public override int AnswerTokens => 30;

    /// <inheritdoc/>
    protected override int Step(int tokens) => 10;

    /// <inheritdoc/>
    protected override TaskSample Draw(SeededRandom random, int size, int tokens)
    {
        ArgumentNullException.ThrowIfNull(random);
        (string example, string exampleQuestion, string exampleValue, string[] exampleNames) = Part(random, ExampleNoise, ExampleNameLetters);
        (string context, string question, string value, string[] names) = Part(random, size, NameLetters);
        string worked = $"{example}{exampleQuestion}{Prefix(exampleValue)}{string.Join(' ', exampleNames)}\n\n";
        return new TaskSample(worked + context, [new TaskQuestion(question, Prefix(value), names)]);
    }

    private static (string Context, string Question, string Value, string[] Names) Part(SeededRandom random, int noise, int letters)
    {
        string[] names = RandomText.Different(random, Hops + 1, from => RandomText.Letters(from, letters, 'A', 26));
        string value = (10_000 + random.Next(89_999)).ToString(CultureInfo.InvariantCulture);
        string[] chain = [$"VAR {names[0]} = {value} ", .. names.Skip(1).Select((name, before) => $"VAR {name} = VAR {names[before]} ")];
        List<string> lines = [.. Enumerable.Repeat(HaystackWriter.Grass + "\n", noise)];
        int[] places = [.. Enumerable.Range(0, chain.Length).Select(_ => random.Next(noise + 1)).Order()];
        for (int i = chain.Length - 1; i >= 0; i--)
        {
            lines.Insert(places[i], chain[i]);
        }

        string text = string.Join(' ', lines).Replace(". \n", ".\n", StringComparison.Ordinal);
        return (
            $"Memorize and track the chain(s) of variable assignment hidden in the following text.\n\n{text}",
            $"\nQuestion: Find all variables that are assigned the value {value} in the text above.", value, names);
    }

    private static string Prefix(string value)
        => $" Answer: According to the chain(s) of variable assignment in the text above, 5 variables are assgined the value {value}, they are: ";
}
