using KvCompose.Memory;

namespace KvCompose.Sessions;

/// <summary>States as they were.</summary>
internal sealed unsafe class StateCopy : IDisposable
{
    private readonly NativeFloats?[] _floats;

    /// <summary>Copies.</summary>
    public StateCopy(NativeFloats?[] states)
    {
        _floats = [.. states.Select(static state => state is null ? null : new NativeFloats(state.Count))];
        Copy(states, _floats);
    }

    /// <summary>Makes states of as many floats what these are.</summary>
    public void WriteTo(NativeFloats?[] states) => Copy(_floats, states);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (NativeFloats? floats in _floats)
        {
            floats?.Dispose();
        }
    }

    private static void Copy(NativeFloats?[] from, NativeFloats?[] to)
    {
        for (int layer = 0; layer < from.Length; layer++)
        {
            if (from[layer] is { } source)
            {
                Buffer.MemoryCopy(source.Pointer, to[layer]!.Pointer, source.Count * sizeof(float), source.Count * sizeof(float));
            }
        }
    }
}
