using System.ComponentModel;

namespace KvCompose.Attention;

/// <summary>The keys and values that one key-value head's queries attend to: those from before, then those of the rows themselves.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public unsafe struct AttendedKeys
{
    /// <summary>The keys, [⌈tokens / 16⌉][d][16].</summary>
    public float* Tiles;

    /// <summary>Tiles.</summary>
    public int TileCount;

    /// <summary>The values, a row every <see cref="ValueStride"/> floats.</summary>
    public float* Values;

    /// <summary>Floats from one value to the next.</summary>
    public nint ValueStride;

    /// <summary>Tokens from before: every row sees them. Row r sees this + r + 1 tokens.</summary>
    public int Before;
}
