using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using KvCompose.Attention;
using KvCompose.Threading;

namespace KvCompose.Runtime;

/// <summary>
/// Statistics of a layer's keys, values and queries that need no attention: for every statistic a method of its name, which writes one float a token into
/// rows of <see cref="ObservedLayer.Stride"/>. For emitted code.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static unsafe partial class LayerObservations
{
    private const float DirectionFloor = 1e-12f;
    private const float CosineFloor = 1e-8f;
    private const int Lanes = KeyTiles.Tokens;

    /// <summary><see cref="AttentionStatistics.AnchorCosine"/> of every token, [Hkv].</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="cosines">Receives them.</param>
    public static void AnchorCosine(in ObservedLayer layer, float* cosines)
    {
        var work = new AnchorCosineWork { Layer = layer, Cosines = cosines };
        layer.Workers.Run(ref work, layer.Heads);
    }

    /// <summary><see cref="AttentionStatistics.AnchorCosine"/> among the keys that a head holds.</summary>
    /// <param name="tiles">[⌈tokens/16⌉][d][16]; anything behind the last token.</param>
    /// <param name="tokens">Tokens of the head, at least 1.</param>
    /// <param name="headDim">d.</param>
    /// <param name="cosines">Receives one a slot, with room for whole tiles.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void ResidentAnchorCosine(float* tiles, int tokens, int headDim, float* cosines)
    {
        int count = KeyTiles.Count(tokens);
        var anchor = new double[headDim];
        for (int i = 0; i < count; i++)
        {
            // Keys of length 1; places behind the last token count nothing.
            float* tile = tiles + ((nint)i * Lanes * headDim);
            Vector512<float> present = Present(tokens - (i * Lanes));
            Vector512<float> inverse = Vector512.ConditionalSelect(
                present, Vector512<float>.One / Vector512.Max(Norms(tile, headDim), Vector512.Create(DirectionFloor)), Vector512<float>.Zero);
            for (int dimension = 0; dimension < headDim; dimension++)
            {
                Vector512<float> keys = Vector512.ConditionalSelect(present, Vector512.Load(tile + (dimension * Lanes)), Vector512<float>.Zero);
                anchor[dimension] += Vector512.Sum(keys * inverse);
            }
        }

        double length = 0;
        foreach (double element in anchor)
        {
            length += element * element;
        }

        float scale = (float)(1 / Math.Max(Math.Sqrt(length), CosineFloor * tokens));
        for (int i = 0; i < count; i++)
        {
            float* tile = tiles + ((nint)i * Lanes * headDim);
            Vector512<float> product = Vector512<float>.Zero;
            for (int dimension = 0; dimension < headDim; dimension++)
            {
                product += Vector512.Load(tile + (dimension * Lanes)) * Vector512.Create((float)anchor[dimension]);
            }

            (product * Vector512.Create(scale) / Vector512.Max(Norms(tile, headDim), Vector512.Create(CosineFloor))).Store(cosines + (i * Lanes));
        }
    }

    /// <summary><see cref="AttentionStatistics.KeyNorm"/> of the keys that a head holds.</summary>
    /// <param name="tiles">[⌈tokens/16⌉][d][16]; anything behind the last token.</param>
    /// <param name="tokens">Tokens of the head, at least 1.</param>
    /// <param name="headDim">d.</param>
    /// <param name="norms">Receives one a slot, with room for whole tiles.</param>
    public static void ResidentKeyNorm(float* tiles, int tokens, int headDim, float* norms)
    {
        for (int i = 0; i < KeyTiles.Count(tokens); i++)
        {
            Norms(tiles + ((nint)i * Lanes * headDim), headDim).Store(norms + (i * Lanes));
        }
    }

    private static Vector512<float> Norms(float* tile, int headDim)
    {
        Vector512<float> squares = Vector512<float>.Zero;
        for (int dimension = 0; dimension < headDim; dimension++)
        {
            Vector512<float> keys = Vector512.Load(tile + (dimension * Lanes));
            squares += keys * keys;
        }

        return Vector512.Sqrt(squares);
    }

    /// <summary>All bits in the first lanes.</summary>
    private static Vector512<float> Present(int tokens)
        => Vector512.LessThan(Vector512<int>.Indices, Vector512.Create(tokens)).AsSingle();

    private struct AnchorCosineWork : IParallelWork
    {
        public ObservedLayer Layer;
        public float* Cosines;

        public readonly void Run(int head, int worker)
            => ResidentAnchorCosine(Layer.TilesOf(head), Layer.Tokens, Layer.HeadDim, Cosines + ((nint)head * Layer.Stride));
    }
}
