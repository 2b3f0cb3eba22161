namespace KvCompose;

/// <summary>Facts of a storage (<see cref="IStorage{TSelf}"/>).</summary>
public sealed class StorageFactsAttribute : StageFactsAttribute
{
    /// <summary>Bits of a stored key or value element: 4, 8, 16 or 32. A storage must state it.</summary>
    public int ElementBits { get; set; }

    /// <summary>
    /// Whether pages hold codes of 4 or 8 bits instead of numbers. The pipeline then quantises every full page: keys by channel, values by token, with a scale
    /// and a zero point in half precision for each. Tokens of such a page stay where they are.
    /// </summary>
    public bool Quantised { get; set; }

    /// <summary>
    /// Whether full pages keep only the channels of keys that matter to the prompt's last queries. An option of role <see cref="OptionRole.PrunedChannels"/>
    /// says how many go, one of role <see cref="OptionRole.ObservedRows"/> whose queries count. Tokens of such a page stay where they are. Excludes
    /// <see cref="Quantised"/>.
    /// </summary>
    public bool PrunesKeyChannels { get; set; }

    /// <summary>
    /// Whether kernels can read what is stored: elements of 32 bits that are single-precision numbers. Codes, halves and pruned keys would need kernels of
    /// their own for every leaf.
    /// </summary>
    public bool KernelReadable { get; set; }
}
