namespace KvCompose.Reference;

/// <summary>StreamingLLM: the first tokens, which attention uses as a sink, and the most recent ones. No scores.</summary>
/// <remarks>
/// Source: Xiao et al., "Efficient Streaming Language Models with Attention Sinks", arXiv 2309.17453. Positions stay the
/// original ones. A cache that rolls during decode holds, after t tokens, <c>Keep(n + t, …)</c>.
/// </remarks>
public static class StreamingLlm
{
    /// <summary>Positions kept of a sequence, ascending, the same for every head.</summary>
    /// <param name="tokens">Length of the sequence.</param>
    /// <param name="sinks">First tokens kept.</param>
    /// <param name="capacity">Tokens kept, the sinks included, but never fewer than these, nor than one.</param>
    public static int[] Keep(int tokens, int sinks, int capacity)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(tokens);
        ArgumentOutOfRangeException.ThrowIfNegative(sinks);
        int kept = Math.Max(capacity, Math.Max(1, sinks)), recent = kept - sinks;
        return tokens <= kept
            ? TokenSelection.All(tokens)
            : [.. Enumerable.Range(0, sinks), .. Enumerable.Range(tokens - recent, recent)];
    }
}
