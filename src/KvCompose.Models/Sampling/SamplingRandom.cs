namespace KvCompose.Models.Sampling;

/// <summary>Random numbers of one sequence, equal on every machine: SplitMix64 (Steele et al. 2014).</summary>
internal sealed class SamplingRandom(ulong seed)
{
    private ulong _state = seed;

    /// <summary>A number from 0 to below 1 with 53 random bits.</summary>
    public double Next()
    {
        ulong mixed = _state += 0x9E3779B97F4A7C15;
        mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
        return ((mixed ^ (mixed >> 31)) >> 11) * (1.0 / (1UL << 53));
    }
}
