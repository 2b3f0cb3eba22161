namespace KvCompose.Evaluation;

/// <summary>Hides needles in a haystack of a size.</summary>
internal static class HaystackWriter
{
    public const string Grass = "The grass is green. The sky is blue. The sun is yellow. Here we go. There and back again.";
    private const int Depths = 40;

    /// <summary>Lines with the needles between them, joined by line feeds.</summary>
    public static string Lines(SeededRandom random, string[] needles, int lines, Func<string> line)
    {
        List<string> text = [.. Enumerable.Range(0, lines).Select(_ => line())];
        int[] places = [.. Enumerable.Range(0, lines)];
        random.Shuffle<int>(places, Math.Min(needles.Length, lines));
        int[] chosen = [.. places.Take(needles.Length).OrderDescending()];
        for (int i = 0; i < chosen.Length; i++)
        {
            text.Insert(chosen[i], needles[i]);
        }

        return string.Join('\n', text);
    }

    /// <summary>Prose with the needles in front of sentences, at depths drawn from 40 between the beginning and the end.</summary>
    public static string Essay(SeededRandom random, string[] needles, EssayText essay, int words)
    {
        List<string> sentences = essay.Sentences(words);
        int[] depths = [.. Enumerable.Range(0, Depths).Select(i => (int)Math.Round(100.0 * i / (Depths - 1)))];
        random.Shuffle<int>(depths, needles.Length);
        int[] places = [.. depths.Take(needles.Length).Order().Select(depth => sentences.Count * depth / 100)];
        for (int i = needles.Length - 1; i >= 0; i--)
        {
            sentences.Insert(places[i], needles[i]);
        }

        return string.Join(' ', sentences);
    }
}
