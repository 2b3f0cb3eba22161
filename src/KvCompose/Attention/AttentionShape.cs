using System.ComponentModel;

namespace KvCompose.Attention;

/// <summary>The heads of one attention layer.</summary>
/// <param name="QueryHeads">Hq.</param>
/// <param name="KeyValueHeads">Hkv; divides <paramref name="QueryHeads"/>. Query head h reads key-value head h / (Hq / Hkv).</param>
/// <param name="HeadDim">d, a multiple of 16 up to 1024.</param>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly record struct AttentionShape(int QueryHeads, int KeyValueHeads, int HeadDim)
{
    /// <summary>The bound c of scaled scores, c · tanh(score / c); 0 for none.</summary>
    public float SoftCap { get; init; }

    /// <summary>Query heads of one key-value head, G.</summary>
    public int GroupSize => QueryHeads / KeyValueHeads;

    internal void Validate()
    {
        if (KeyValueHeads < 1 || QueryHeads < 1 || QueryHeads % KeyValueHeads != 0)
        {
            throw new ArgumentException($"{QueryHeads} query heads do not divide among {KeyValueHeads} key-value heads");
        }

        if (HeadDim is < 16 or > 1024 || HeadDim % 16 != 0)
        {
            throw new ArgumentException($"head dimension {HeadDim} is not a multiple of 16 between 16 and 1024");
        }
    }
}
