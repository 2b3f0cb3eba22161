using KvCompose.Models.Sampling;

namespace KvCompose.Serving.Tests.Support;

/// <summary>Requests and their answers in one line.</summary>
internal static class Answers
{
    private static readonly HashSet<int> NoEnd = [];

    /// <summary>A greedy request that nothing but its length ends.</summary>
    public static GenerationRequest Greedy(IReadOnlyList<int> prompt, int tokens, string pipeline = "full") => new()
    {
        Prompt = prompt,
        Pipeline = pipeline,
        MaxTokens = tokens,
        Sampling = new SamplingOptions { Temperature = 0 },
        EndTokens = NoEnd,
    };

    public static async Task<int[]> TokensAsync(Generation generation)
    {
        await foreach (GeneratedPiece _ in generation)
        {
        }

        return [.. generation.Tokens];
    }

    public static async Task<string> TextAsync(IAsyncEnumerable<GeneratedPiece> pieces)
    {
        string text = "";
        await foreach (GeneratedPiece piece in pieces)
        {
            text += piece.Text;
        }

        return text;
    }
}
