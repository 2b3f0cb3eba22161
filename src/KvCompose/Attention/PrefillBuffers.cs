using System.ComponentModel;
using KvCompose.Memory;

namespace KvCompose.Attention;

/// <summary>The transient memory of one prompt pass. Grows with the longest prompt and is given back when the pass ends.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed unsafe class PrefillBuffers : IDisposable
{
    private readonly List<NativeFloats> _blocks = [];

    /// <summary>Allocates for a prompt, all positions in order.</summary>
    /// <param name="shape">The model's dimensions.</param>
    /// <param name="tokens">Tokens of the prompt.</param>
    /// <param name="queryFloats">Floats of a token's queries in a layer with wider heads; 0 for none.</param>
    /// <param name="keyFloats">Floats of a token's keys in a layer with wider heads; 0 for none.</param>
    public PrefillBuffers(TransformerShape shape, int tokens, int queryFloats = 0, int keyFloats = 0)
    {
        queryFloats = Math.Max(queryFloats, shape.QueryHeads * shape.HeadDim);
        keyFloats = Math.Max(keyFloats, shape.KeyValueHeads * shape.HeadDim);
        Positions = new int[tokens];
        for (int i = 0; i < tokens; i++)
        {
            Positions[i] = i;
        }

        int tiled = KeyTiles.Count(tokens) * KeyTiles.Tokens;
        TokenStride = tiled;
        Hidden = Block((long)tokens * shape.Hidden);
        Queries = Block((long)tokens * queryFloats);
        Keys = Block((long)tokens * keyFloats);
        Values = Block((long)tokens * keyFloats);
        Tiles = Block((long)tiled * keyFloats);
        LogSumExp = Block((long)tokens * shape.QueryHeads);
    }

    /// <summary>Original positions of the rows that are still computed, ascending.</summary>
    public int[] Positions { get; }

    /// <summary>Floats from one head's row to the next in <see cref="Statistic"/> buffers: the tokens, rounded up to whole tiles.</summary>
    public int TokenStride { get; }

    /// <summary>Hidden states [n_l, D].</summary>
    public float* Hidden { get; }

    /// <summary>Rotated queries [n_l, Hq, d]; attention overwrites them with its output.</summary>
    public float* Queries { get; }

    /// <summary>Rotated keys [n_l, Hkv, d].</summary>
    public float* Keys { get; }

    /// <summary>Values [n_l, Hkv, d].</summary>
    public float* Values { get; }

    /// <summary>The keys in tiles, [Hkv][⌈n_l/16⌉][d][16].</summary>
    public float* Tiles { get; }

    /// <summary>Log-sum-exp of the scaled logits, [Hq, n_l].</summary>
    public float* LogSumExp { get; }

    /// <summary>One more buffer, [<paramref name="rows"/>, <see cref="TokenStride"/>], aligned and zeroed.</summary>
    public float* Statistic(int rows) => Block((long)rows * TokenStride);

    /// <summary>Frees everything.</summary>
    public void Dispose()
    {
        foreach (NativeFloats block in _blocks)
        {
            block.Dispose();
        }

        _blocks.Clear();
    }

    /// <summary>Zeroed, aligned memory that lives as long as these buffers.</summary>
    public float* Block(long floats)
    {
        var block = new NativeFloats(floats);
        _blocks.Add(block);
        return block.Pointer;
    }
}
