namespace KvCompose.Shared;

/// <summary>Combines hash codes in order; <c>System.HashCode</c> does not exist in netstandard2.0.</summary>
internal struct HashBuilder
{
    private const uint Seed = 0x9E3779B9;
    private const uint Prime = 0x01000193;

    // Kept as the difference to the seed, so that default(HashBuilder) is ready to use.
    private uint _offSeed;

    public void Add<T>(T? value)
    {
        var hash = value is null ? 0u : unchecked((uint)EqualityComparer<T>.Default.GetHashCode(value));
        _offSeed = unchecked(((_offSeed ^ Seed) * Prime ^ hash) * Prime) ^ Seed;
    }

    public readonly int ToHashCode() => unchecked((int)(_offSeed ^ Seed));
}
