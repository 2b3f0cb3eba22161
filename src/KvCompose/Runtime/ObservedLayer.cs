using System.ComponentModel;
using KvCompose.Threading;

namespace KvCompose.Runtime;

/// <summary>One layer of a prompt before its attention, as <see cref="LayerObservations"/> sees it. For emitted code.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly unsafe struct ObservedLayer
{
    /// <summary>The threads.</summary>
    public required WorkerPool Workers { get; init; }

    /// <summary>Rotated queries, [tokens, Hq, d].</summary>
    public required float* Queries { get; init; }

    /// <summary>Rotated keys, [tokens, Hkv, d].</summary>
    public required float* Keys { get; init; }

    /// <summary>Values, [tokens, Hkv, d].</summary>
    public required float* Values { get; init; }

    /// <summary>The keys in tiles, [Hkv][⌈tokens/16⌉][d][16]; zero behind the last token.</summary>
    public required float* Tiles { get; init; }

    /// <summary>Positions of the tokens.</summary>
    public required int[] Positions { get; init; }

    /// <summary>Tokens of the prompt, n.</summary>
    public required int PromptTokens { get; init; }

    /// <summary>Tokens that reached the layer.</summary>
    public required int Tokens { get; init; }

    /// <summary>Key-value heads.</summary>
    public required int Heads { get; init; }

    /// <summary>Query heads of a key-value head.</summary>
    public required int GroupSize { get; init; }

    /// <summary>Elements of a head in memory, whole vectors of 16.</summary>
    public required int HeadDim { get; init; }

    /// <summary>Those of them that the model has; the others are zero.</summary>
    public required int ModelHeadDim { get; init; }

    /// <summary>Floats from one head's row of a statistic to the next.</summary>
    public required int Stride { get; init; }

    /// <summary>The layer, counted among those that see every token.</summary>
    public required int Layer { get; init; }

    /// <summary>The bound of scaled scores; 0 for none.</summary>
    public float SoftCap { get; init; }

    /// <summary>Logits of the query heads that have no key and take part in every softmax, [Hq]; null for none.</summary>
    public float* SinkLogits { get; init; }

    /// <summary>How the layer rotates; null where no statistic asks.</summary>
    public RotaryAngles? Rotation { get; init; }

    /// <summary>Elements of a hidden state, D.</summary>
    public required int Hidden { get; init; }

    /// <summary>Copies rows of the output projection, from a first one on, [count, Hq, d]; null where no statistic asks.</summary>
    public Action<int, int, nint>? OutputWeights { get; init; }

    /// <summary>Query heads.</summary>
    internal int QueryHeads => Heads * GroupSize;

    /// <summary>What queries have been multiplied with because their heads are wider in memory.</summary>
    internal float Widening => MathF.Sqrt(HeadDim / (float)ModelHeadDim);

    /// <summary>Tiles of one key-value head.</summary>
    internal int TileCount => Attention.KeyTiles.Count(Tokens);

    /// <summary>The tiles of a key-value head.</summary>
    internal float* TilesOf(int head) => Tiles + ((nint)head * TileCount * Attention.KeyTiles.Tokens * HeadDim);

    /// <summary>A query.</summary>
    internal float* Query(int token, int queryHead) => Queries + ((((nint)token * QueryHeads) + queryHead) * HeadDim);

    /// <summary>A key.</summary>
    internal float* Key(int token, int head) => Keys + ((((nint)token * Heads) + head) * HeadDim);

    /// <summary>A value.</summary>
    internal float* Value(int token, int head) => Values + ((((nint)token * Heads) + head) * HeadDim);
}
