using System.Runtime.Intrinsics;

namespace KvCompose.Models.Kernels.Products;

/// <summary>
/// A few rows of activations as 16-bit codes: each 32 numbers have the scale max |x| / 32767. Rounding them so changes the logits
/// of a model as little as fp32 arithmetic does (mean divergence 7e-8 nats, where 8-bit codes cost 3.4e-3). Layout:
/// [⌈depth / 256⌉][tile rows][256], of scales and sums [⌈depth / 256⌉][tile rows][8].
/// </summary>
internal readonly unsafe struct CodedRows(short* codes, float* scales, float* sums, int tileRows)
{
    /// <summary>Numbers that share a scale.</summary>
    public const int Block = 32;

    /// <summary>Numbers of a group.</summary>
    public const int Group = 256;

    /// <summary>Scales of a group.</summary>
    public const int Parts = Group / Block;

    private const float Largest = 32767;
    private const float Least = 1e-30f; // A block without a larger number is taken as zero: its codes could not be scaled.
    private const float Rounding = 12582912f; // 1.5 · 2²³: adding it leaves the nearest integer in the low bits.

    /// <summary>The codes.</summary>
    public short* Codes { get; } = codes;

    /// <summary>What a code is multiplied with.</summary>
    public float* Scales { get; } = scales;

    /// <summary>Scale · Σ codes of every block.</summary>
    public float* Sums { get; } = sums;

    /// <summary>Codes from one group of a row to its next.</summary>
    public int Step => tileRows * Group;

    /// <summary>Scales from one group of a row to its next.</summary>
    public int ScaleStep => tileRows * Parts;

    /// <summary>Codes a row of a group.</summary>
    /// <param name="numbers">Its numbers.</param>
    /// <param name="count">How many, at most 256; what lies behind them is taken as zero.</param>
    /// <param name="group">Which group.</param>
    /// <param name="row">Which row of the tile.</param>
    public void Code(float* numbers, int count, int group, int row)
    {
        nint at = ((nint)group * tileRows) + row;
        for (int part = 0; part < Parts; part++)
        {
            nint place = (at * Parts) + part;
            if (part < count / Block)
            {
                Code(numbers + (part * Block), Codes + (at * Group) + (part * Block), Scales + place, Sums + place);
            }
            else
            {
                (Scales[place], Sums[place]) = (0, 0);
            }
        }
    }

    private static void Code(float* numbers, short* codes, float* scale, float* sum)
    {
        Vector128<float> largest = default;
        for (int i = 0; i < Block; i += Vector128<float>.Count)
        {
            largest = Vector128.Max(largest, Vector128.Abs(Vector128.Load(numbers + i)));
        }

        float range = MathF.Max(MathF.Max(largest[0], largest[1]), MathF.Max(largest[2], largest[3]));
        *scale = range <= Least ? 0 : range / Largest; // NaN and infinity stay: the products become NaN.
        Vector128<float> factor = Vector128.Create(range <= Least ? 0 : Largest / range), rounding = Vector128.Create(Rounding);
        Vector128<int> total = default;
        for (int i = 0; i < Block; i += Vector128<short>.Count)
        {
            Vector128<int> low = ((Vector128.Load(numbers + i) * factor) + rounding).AsInt32();
            Vector128<int> high = ((Vector128.Load(numbers + i + Vector128<float>.Count) * factor) + rounding).AsInt32();
            total += low + high;
            Vector128.Narrow(low, high).Store(codes + i);
        }

        const int Each = 0x4B400000; // The bits of Rounding, once in each of the numbers that were added.
        *sum = (Vector128.Sum(total) - unchecked(Each * Block)) * *scale;
    }
}
