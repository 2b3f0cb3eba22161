namespace KvCompose;

/// <summary>The dimensions of a decoder-only transformer that a pipeline has to know.</summary>
/// <param name="Layers">Number of decoder layers, L.</param>
/// <param name="QueryHeads">Query heads of a layer, Hq.</param>
/// <param name="KeyValueHeads">Key-value heads of a layer, Hkv; divides <paramref name="QueryHeads"/>.</param>
/// <param name="HeadDim">Elements of one head's query, key or value, d.</param>
/// <param name="Hidden">Elements of one hidden state, D.</param>
/// <param name="Vocabulary">Number of tokens the model can name.</param>
/// <param name="Context">Longest sequence, in tokens, that the model accepts.</param>
public readonly record struct TransformerShape(
    int Layers, int QueryHeads, int KeyValueHeads, int HeadDim, int Hidden, int Vocabulary, int Context)
{
    /// <summary>Query heads that share one key-value head, G. Query head h reads key-value head h / G.</summary>
    public int GroupSize => QueryHeads / KeyValueHeads;
}
