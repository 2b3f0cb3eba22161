using System.Globalization;

namespace KvCompose.Memory;

/// <summary>Compares what a pass over tokens needs with the memory of the process, before any of it is allocated.</summary>
internal static class MemoryNeed
{
    /// <summary>Bytes that the process may use. Whatever other programs hold: more than this cannot be had in any case.</summary>
    public static long Available { get; } = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes is > 0 and var bytes ? bytes : long.MaxValue;

    /// <summary>Requires the working memory of a prompt or a chunk, and of the cache that surely follows.</summary>
    /// <param name="shape">The model's dimensions.</param>
    /// <param name="tokens">Tokens of the pass.</param>
    /// <param name="cacheBytes">Bytes of pages that the pass fills whatever is selected; 0 where that is not known.</param>
    /// <param name="available">Bytes that the process may use.</param>
    /// <exception cref="MemoryShortageException">They are more.</exception>
    public static void Require(TransformerShape shape, int tokens, Int128 cacheBytes, long available)
    {
        // Hidden states, queries, keys, values and tiles of keys, log-sum-exp.
        Int128 floats = (Int128)shape.Hidden + ((Int128)shape.QueryHeads * (shape.HeadDim + 1)) + ((Int128)3 * shape.KeyValueHeads * shape.HeadDim);
        Int128 bytes = (tokens * floats * sizeof(float)) + cacheBytes;
        if (bytes > available)
        {
            throw new MemoryShortageException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{tokens} tokens need {tokens} × ({shape.Hidden} + {shape.QueryHeads} × {shape.HeadDim + 1} + 3 × {shape.KeyValueHeads} × {shape.HeadDim}) × 4 bytes of working memory and {cacheBytes} bytes of cache, together {bytes}"),
                bytes > long.MaxValue ? long.MaxValue : (long)bytes, available);
        }
    }
}
