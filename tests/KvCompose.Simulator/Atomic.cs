using System.Runtime.CompilerServices;
using KvCompose.Simulation;

namespace ILGPU;

/// <summary>Operations on one element that other threads see as one. All return the old value.</summary>
public static class Atomic
{
    /// <summary>Adds.</summary>
    public static int Add(ref int target, int value)
    {
        using var scope = new AtomicScope(ref Unsafe.As<int, byte>(ref target));
        return Interlocked.Add(ref target, value) - value;
    }

    /// <summary>Adds.</summary>
    public static uint Add(ref uint target, uint value)
    {
        using var scope = new AtomicScope(ref Unsafe.As<uint, byte>(ref target));
        return Interlocked.Add(ref target, value) - value;
    }

    /// <summary>Adds. The order of several additions, and so their rounding, is the device's.</summary>
    public static float Add(ref float target, float value)
    {
        using var scope = new AtomicScope(ref Unsafe.As<float, byte>(ref target));
        float seen, old = target;
        do
        {
            seen = old;
            old = Interlocked.CompareExchange(ref target, seen + value, seen);
        }
        while (BitConverter.SingleToInt32Bits(old) != BitConverter.SingleToInt32Bits(seen));
        return old;
    }

    /// <summary>Keeps the greater one.</summary>
    public static int Max(ref int target, int value) => Replace(ref target, value, static (old, other) => other > old);

    /// <summary>Keeps the greater one.</summary>
    public static uint Max(ref uint target, uint value) => Replace(ref target, value, static (old, other) => other > old);

    /// <summary>Keeps the lesser one.</summary>
    public static int Min(ref int target, int value) => Replace(ref target, value, static (old, other) => other < old);

    /// <summary>Keeps the lesser one.</summary>
    public static uint Min(ref uint target, uint value) => Replace(ref target, value, static (old, other) => other < old);

    /// <summary>Sets bits.</summary>
    public static uint Or(ref uint target, uint value)
    {
        using var scope = new AtomicScope(ref Unsafe.As<uint, byte>(ref target));
        return Interlocked.Or(ref target, value);
    }

    /// <summary>Keeps bits.</summary>
    public static uint And(ref uint target, uint value)
    {
        using var scope = new AtomicScope(ref Unsafe.As<uint, byte>(ref target));
        return Interlocked.And(ref target, value);
    }

    /// <summary>Replaces.</summary>
    public static int Exchange(ref int target, int value)
    {
        using var scope = new AtomicScope(ref Unsafe.As<int, byte>(ref target));
        return Interlocked.Exchange(ref target, value);
    }

    /// <summary>Replaces.</summary>
    public static uint Exchange(ref uint target, uint value)
    {
        using var scope = new AtomicScope(ref Unsafe.As<uint, byte>(ref target));
        return Interlocked.Exchange(ref target, value);
    }

    /// <summary>Replaces what equals <paramref name="compare"/>.</summary>
    public static int CompareExchange(ref int target, int compare, int value)
    {
        using var scope = new AtomicScope(ref Unsafe.As<int, byte>(ref target));
        return Interlocked.CompareExchange(ref target, value, compare);
    }

    /// <summary>Replaces what equals <paramref name="compare"/>.</summary>
    public static uint CompareExchange(ref uint target, uint compare, uint value)
    {
        using var scope = new AtomicScope(ref Unsafe.As<uint, byte>(ref target));
        return Interlocked.CompareExchange(ref target, value, compare);
    }

    private static T Replace<T>(ref T target, T value, Func<T, T, bool> wins)
        where T : unmanaged
    {
        using var scope = new AtomicScope(ref Unsafe.As<T, byte>(ref target));
        T old = target;
        while (wins(old, value))
        {
            T seen = Interlocked.CompareExchange(ref target, value, old);
            if (EqualityComparer<T>.Default.Equals(seen, old))
            {
                return old;
            }

            old = seen;
        }

        return old;
    }
}
