using KvCompose.Conformance.Reading;

namespace KvCompose.Conformance.Kinds.IceCache;

/// <summary>The unit direction that orders the members of a cell, from a seed.</summary>
public static class Projection
{
    /// <summary>[headDim + 1].</summary>
    public static float[] FromSeed(ulong seed, int headDim)
    {
        double[] direction = GeneratedKeys.Gauss(seed, headDim + 1);
        double norm = Math.Sqrt(direction.Sum(value => value * value));
        return [.. direction.Select(value => (float)(value / norm))];
    }
}
