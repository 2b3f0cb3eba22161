namespace KvCompose.Reference.HeteroCache;

/// <summary>What the prompt pass of one layer leaves behind, before anything is compressed. Keys and queries are rotated.</summary>
/// <param name="Tokens">n.</param>
/// <param name="HeadDim">d.</param>
/// <param name="GroupSize">G.</param>
/// <param name="LastQueries">[query head, headDim]: queries of the last prompt token.</param>
/// <param name="Keys">[key-value head, tokens, headDim].</param>
/// <param name="Values">[key-value head, tokens, headDim].</param>
public sealed record LayerPrompt(int Tokens, int HeadDim, int GroupSize, float[] LastQueries, float[] Keys, float[] Values)
{
    /// <summary>Queries of the group of a key-value head, [group, headDim].</summary>
    public ReadOnlySpan<float> QueriesOf(int head) => LastQueries.AsSpan(head * GroupSize * HeadDim, GroupSize * HeadDim);

    /// <summary>Keys of a head, [tokens, headDim].</summary>
    public ReadOnlySpan<float> KeysOf(int head) => Keys.AsSpan(head * Tokens * HeadDim, Tokens * HeadDim);

    /// <summary>Values of a head, [tokens, headDim].</summary>
    public ReadOnlySpan<float> ValuesOf(int head) => Values.AsSpan(head * Tokens * HeadDim, Tokens * HeadDim);
}
