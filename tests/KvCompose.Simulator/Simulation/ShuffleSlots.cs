using System.Runtime.CompilerServices;

namespace KvCompose.Simulation;

/// <summary>
/// What the lanes of a group have put. Two buffers take turns, because the first lane that goes on may already put its next
/// value while the others still have to take the previous one.
/// </summary>
internal sealed class ShuffleSlots(int threads)
{
    private const int BytesPerValue = 16;

    private readonly byte[] _values = new byte[2 * threads * BytesPerValue];
    private readonly Type?[] _types = new Type?[2 * threads];
    private readonly int[] _puts = new int[threads];
    private readonly int[] _shuffles = new int[threads];

    public void Put<T>(int thread, T value)
        where T : unmanaged
    {
        if (Unsafe.SizeOf<T>() > BytesPerValue)
        {
            throw GroupRun.Current.Fault(KernelFault.BadShuffle, $"{typeof(T).Name} has more than {BytesPerValue} bytes");
        }

        int slot = Slot(thread, _shuffles[thread]);
        _puts[thread]++;
        _types[slot] = typeof(T);
        Unsafe.WriteUnaligned(ref _values[slot * BytesPerValue], value);
    }

    /// <summary>A thread has reached a shuffle. False if it did not put exactly one value since the last one.</summary>
    public bool Arrive(int thread) => _puts[thread] == ++_shuffles[thread];

    /// <summary>The value that <paramref name="source"/> put for the last shuffle of <paramref name="thread"/>; false if of another type.</summary>
    public bool TryTake<T>(int thread, int source, out T value)
        where T : unmanaged
    {
        int slot = Slot(source, _shuffles[thread] - 1);
        value = Unsafe.ReadUnaligned<T>(ref _values[slot * BytesPerValue]);
        return _shuffles[thread] > 0 && _types[slot] == typeof(T);
    }

    public void Clear()
    {
        Array.Clear(_puts);
        Array.Clear(_shuffles);
        Array.Clear(_types);
    }

    private int Slot(int thread, int shuffle) => (2 * thread) + (shuffle & 1);
}
