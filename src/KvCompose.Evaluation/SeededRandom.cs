using System.Numerics;

namespace KvCompose.Evaluation;

/// <summary>
/// SplitMix64: the same numbers for a seed on every machine and under every version of the runtime.
/// Source: Steele, Lea, Flood, "Fast Splittable Pseudorandom Number Generators", OOPSLA 2014.
/// </summary>
/// <param name="seed">Any number.</param>
public sealed class SeededRandom(ulong seed)
{
    private ulong _state = seed;

    /// <summary>64 random bits.</summary>
    public ulong NextBits()
    {
        _state += 0x9E3779B97F4A7C15;
        ulong z = _state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    /// <summary>A number from 0 to below a bound, all equally likely.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The bound is not positive.</exception>
    public int Next(int bound)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bound);

        // The lowest bits that cover the bound, drawn again while they exceed it.
        ulong mask = BitOperations.RoundUpToPowerOf2((ulong)bound) - 1;
        while (true)
        {
            ulong candidate = NextBits() & mask;
            if (candidate < (ulong)bound)
            {
                return (int)candidate;
            }
        }
    }

    /// <summary>One of the items, all equally likely.</summary>
    public T Pick<T>(IReadOnlyList<T> items) => items[Next(items.Count)];

    /// <summary>Puts a uniformly random choice of items, in random order, at the front (Fisher–Yates).</summary>
    /// <param name="items">The items; those that are not chosen are left behind in any order.</param>
    /// <param name="count">Items to choose, at most all.</param>
    public void Shuffle<T>(Span<T> items, int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, items.Length);
        for (int i = 0; i < count; i++)
        {
            int other = i + Next(items.Length - i);
            (items[i], items[other]) = (items[other], items[i]);
        }
    }
}
