namespace KvCompose.Conformance.Reading;

/// <summary>The splitmix64 stream after all generated inputs.</summary>
public static class SplitMix64
{
    /// <summary>Output <paramref name="index"/> (0-based) of the stream, all arithmetic modulo 2^64.</summary>
    public static ulong Mix(ulong seed, ulong index)
    {
        unchecked
        {
            ulong z = seed + (index + 1) * 0x9E3779B97F4A7C15;
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
            return z ^ (z >> 31);
        }
    }

    /// <summary>Sum of the four 16-bit fields of an output minus its mean: nearly normal, an exact integer.</summary>
    public static int FieldSum(ulong z) =>
        (int)(z & 0xFFFF) + (int)((z >> 16) & 0xFFFF) + (int)((z >> 32) & 0xFFFF) + (int)(z >> 48) - 131070;
}
