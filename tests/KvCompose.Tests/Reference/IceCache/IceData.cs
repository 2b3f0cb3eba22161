using KvCompose.Conformance.Kinds.IceCache;
using KvCompose.Conformance.Reading;
using KvCompose.Reference.IceCache;

namespace KvCompose.Tests.Reference.IceCache;

/// <summary>Generated keys and indexes over them.</summary>
internal static class IceData
{
    public static float[] Keys(string family, int tokens, int headDim, int seed = 3)
        => GeneratedKeys.Make(family, tokens, headDim, 1, seed).Keys;

    public static PageTree Tree(float[] keys, int headDim, IceCacheSettings? settings = null, int projection = 5)
        => PageTreeBuilder.Build(
            new AugmentedKeys(keys, headDim, Projection.FromSeed((ulong)projection, headDim)), settings ?? new IceCacheSettings());

    public static ClusteredIndex Grown(float[] keys, int headDim, int built, ClusteredSettings? settings = null)
    {
        var index = new ClusteredIndex(keys.AsSpan(0, built * headDim), headDim, settings ?? new ClusteredSettings());
        for (int token = built; token < keys.Length / headDim; token++)
        {
            index.Insert(keys.AsSpan(token * headDim, headDim));
        }

        return index;
    }
}
