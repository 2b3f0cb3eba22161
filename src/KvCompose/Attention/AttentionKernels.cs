using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using KvCompose.Numerics;

namespace KvCompose.Attention;

/// <summary>The leaf loops of <see cref="CausalBlock"/> beside the tile products. Scores are [12][256 apart].</summary>
internal static unsafe class AttentionKernels
{
    private const MethodImplOptions Leaf = MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization;

    /// <summary>target = source · factor; count is a multiple of 16.</summary>
    [MethodImpl(Leaf)]
    public static void Scale(float* source, float factor, float* target, int count)
    {
        Vector512<float> factors = Vector512.Create(factor);
        for (int i = 0; i < count; i += TileProduct.Lanes)
        {
            (Vector512.Load(source + i) * factors).Store(target + i);
        }
    }

    /// <summary>Rows of columns floats into panels [⌈columns / 32⌉][rows][32], zero after the last column.</summary>
    [MethodImpl(Leaf)]
    public static void PackColumns(float* source, nint stride, int rows, int columns, float* packed)
    {
        for (int row = 0; row < rows; row++)
        {
            float* target = packed + (row * TileProduct.Columns);
            int column = 0;
            for (; column <= columns - TileProduct.Columns; column += TileProduct.Columns)
            {
                Vector512.Load(source + column).Store(target);
                Vector512.Load(source + column + TileProduct.Lanes).Store(target + TileProduct.Lanes);
                target += rows * TileProduct.Columns;
            }

            if (column < columns)
            {
                Vector512.Load(source + column).Store(target);
                Vector512<float>.Zero.Store(target + TileProduct.Lanes);
            }

            source += stride;
        }
    }

    /// <summary>Bounds scores, which are exponents of two, by c · tanh(score / c) of the natural ones.</summary>
    [MethodImpl(Leaf)]
    public static void Cap(float* scores, int vectors, float cap)
    {
        for (int line = 0; line < TileProduct.MaxRows; line++)
        {
            ScoreCap.Apply(scores + (line * TileProduct.DepthBlock), vectors * TileProduct.Lanes, cap);
        }
    }

    /// <summary>The largest score of every line; the lanes after the last line become 0.</summary>
    [MethodImpl(Leaf)]
    public static void LineMaxima(float* scores, int vectors, float* maxima)
    {
        Vector512<float>.Zero.Store(maxima);
        for (int line = 0; line < TileProduct.MaxRows; line++)
        {
            Vector512<float> even = Vector512.Load(scores), odd = Vector512.Load(scores + TileProduct.Lanes);
            for (int i = 2; i < vectors; i += 2)
            {
                even = Vector512.MaxNative(even, Vector512.Load(scores + (i * TileProduct.Lanes)));
                odd = Vector512.MaxNative(odd, Vector512.Load(scores + ((i + 1) * TileProduct.Lanes)));
            }

            even = Vector512.MaxNative(even, odd);
            Vector256<float> eight = Vector256.MaxNative(even.GetLower(), even.GetUpper());
            Vector128<float> four = Vector128.MaxNative(eight.GetLower(), eight.GetUpper());
            four = Vector128.MaxNative(four, Vector128.Shuffle(four, Vector128.Create(2, 3, 0, 1)));
            four = Vector128.MaxNative(four, Vector128.Shuffle(four, Vector128.Create(1, 0, 3, 2)));
            maxima[line] = four.ToScalar();
            scores += TileProduct.DepthBlock;
        }
    }

    /// <summary>
    /// Takes the block's maxima from <paramref name="corrections"/> into the running <paramref name="maxima"/> and leaves
    /// there 2^(old − new). Returns whether any maximum grew.
    /// </summary>
    [MethodImpl(Leaf)]
    public static bool Advance(float* maxima, float* corrections)
    {
        Vector512<float> old = Vector512.Load(maxima);
        Vector512<float> now = Vector512.MaxNative(old, Vector512.Load(corrections));
        VectorExponential.PowerOfTwo(old - now).Store(corrections);
        now.Store(maxima);
        return Vector512.GreaterThanAny(now, old);
    }

    /// <summary>Multiplies what a panel has summed so far by its lines' corrections.</summary>
    [MethodImpl(Leaf)]
    public static void Correct(float* output, int columns, float* sums, float* corrections)
    {
        for (int line = 0; line < TileProduct.MaxRows; line++)
        {
            Vector512<float> correction = Vector512.Create(corrections[line]);
            for (int i = 0; i < columns; i += TileProduct.Lanes)
            {
                (Vector512.Load(output + i) * correction).Store(output + i);
            }

            (Vector512.Load(sums) * correction).Store(sums);
            output += columns;
            sums += TileProduct.Lanes;
        }
    }

    /// <summary>Scores become 2^(score − maximum of the line), and their sums are added lane by lane.</summary>
    [MethodImpl(Leaf)]
    public static void Exponentiate(float* scores, int vectors, float* maxima, float* sums)
    {
        for (int line = 0; line < TileProduct.MaxRows; line++)
        {
            Vector512<float> maximum = Vector512.Create(maxima[line]);
            Vector512<float> even = Vector512.Load(sums), odd = Vector512<float>.Zero;
            for (int i = 0; i < vectors; i += 2)
            {
                float* place = scores + (i * TileProduct.Lanes);
                Vector512<float> first = VectorExponential.PowerOfTwo(Vector512.Load(place) - maximum);
                Vector512<float> second = VectorExponential.PowerOfTwo(Vector512.Load(place + TileProduct.Lanes) - maximum);
                first.Store(place);
                second.Store(place + TileProduct.Lanes);
                even += first;
                odd += second;
            }

            (even + odd).Store(sums);
            scores += TileProduct.DepthBlock;
            sums += TileProduct.Lanes;
        }
    }
}
