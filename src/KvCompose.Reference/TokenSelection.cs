namespace KvCompose.Reference;

/// <summary>What one layer keeps.</summary>
/// <param name="Scores">[heads][scored tokens], or null when everything was kept without scoring.</param>
/// <param name="Kept">[heads], positions: the chosen ones best first, then the window ascending; ascending if all were kept.</param>
public sealed record TokenSelection(double[][]? Scores, int[][] Kept)
{
    /// <summary>Whether a choice was made at all.</summary>
    public bool Compressed => Scores is not null;

    /// <summary>All tokens of all heads.</summary>
    internal static TokenSelection Everything(int heads, int tokens) => new(null, [.. Enumerable.Range(0, heads).Select(_ => All(tokens))]);

    /// <summary>0 .. tokens − 1.</summary>
    internal static int[] All(int tokens) => [.. Enumerable.Range(0, tokens)];

    /// <summary>The best <paramref name="count"/> of the scored tokens, best first, then all tokens after them.</summary>
    internal static int[] BestAndWindow(double[] scores, int count, int tokens) =>
        [.. Ranking.Top(scores, count), .. Enumerable.Range(scores.Length, tokens - scores.Length)];

    /// <summary>
    /// The rule for short prompts that all selectors share: everything is kept when the prompt is shorter than the capacity, or when nothing lies
    /// before the window.
    /// </summary>
    internal static bool KeepsEverything(int tokens, int capacity, int window) => tokens < capacity || tokens <= window;

    /// <summary>Tokens that are chosen beside the window: none where the capacity does not hold it. The published codes fail there.</summary>
    internal static int Chosen(int capacity, int window) => Math.Max(0, capacity - window);
}
