namespace KvCompose.Models.Kernels;

/// <summary>One stored type: how its bytes become floats. The values are exact, or the exact formula rounded once.</summary>
internal unsafe interface IStoredNumbers
{
    /// <summary>Numbers of one block.</summary>
    static abstract int BlockValues { get; }

    /// <summary>Bytes of one block.</summary>
    static abstract int BlockBytes { get; }

    /// <summary>Decodes numbers from the beginning of a block on.</summary>
    /// <param name="source">The first block.</param>
    /// <param name="values">How many; a multiple of the block's size.</param>
    /// <param name="target">Receives them.</param>
    static abstract void Decode(byte* source, int values, float* target);
}
