namespace KvCompose.Evaluation;

/// <summary>The text that InfiniteBench hides digits in.</summary>
internal static class HiddenDigits
{
    private const string Head =
        "There is an important info hidden inside a lot of irrelevant text. Find it and memorize them. I will quiz you about the important information there.\n\n";

    public static TaskSample Among(SeededRandom random, int lines, string needle, string question, string prefix, string answer)
    {
        int place = random.Next(lines + 1);
        string line = HaystackWriter.Grass + "\n";
        string before = string.Concat(Enumerable.Repeat(line, place)), after = string.Concat(Enumerable.Repeat(line, lines - place));
        return new TaskSample(
            Head + before + needle + after, [new TaskQuestion($"\n{question}", $" {prefix}", [answer], (double)place / lines)]);
    }
}
