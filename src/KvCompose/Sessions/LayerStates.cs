using System.Runtime.InteropServices;
using KvCompose.Cache;
using KvCompose.Files;
using KvCompose.Memory;

namespace KvCompose.Sessions;

/// <summary>
/// The states of a sequence's layers that have a fixed one, and a copy of them from where the last turn ended: a state cannot become again what it was
/// before a token. Both count as held while the sequence has content.
/// </summary>
internal sealed unsafe class LayerStates
{
    private readonly PagePool _pool;
    private readonly long[] _floats; // by layer; 0 where it has none
    private NativeFloats?[]? _states;
    private StateCopy? _mark;

    /// <summary>States of a sequence without content.</summary>
    /// <param name="pool">Counts the bytes.</param>
    /// <param name="layers">The model's layers.</param>
    public LayerStates(PagePool pool, ReadOnlySpan<LayerFacts> layers)
    {
        _pool = pool;
        _floats = new long[layers.Length];
        for (int layer = 0; layer < layers.Length; layer++)
        {
            _floats[layer] = layers[layer].Kind == LayerKind.FixedState ? layers[layer].StateFloats : 0;
        }

        int first = Array.FindIndex(_floats, static floats => floats > 0);
        FirstLayer = first < 0 ? null : first;
    }

    /// <summary>The first layer that has a state; null if none has.</summary>
    public int? FirstLayer { get; }

    /// <summary>Bytes that are held.</summary>
    public long HeldBytes => _states is null ? 0 : 2 * _floats.Sum() * sizeof(float);

    /// <summary>Bytes that the states of one sequence take, and their copies.</summary>
    public static long BytesOf(ReadOnlySpan<LayerFacts> layers)
    {
        long floats = 0;
        foreach (LayerFacts facts in layers)
        {
            floats += facts.Kind == LayerKind.FixedState ? facts.StateFloats : 0;
        }

        return 2 * floats * sizeof(float);
    }

    /// <summary>The state of a layer, which has one.</summary>
    public nint Of(int layer) => (nint)_states![layer]!.Pointer;

    /// <summary>Makes all states zero, as they are before a sequence.</summary>
    /// <exception cref="CacheLimitException">The pool's limit is reached; nothing changes.</exception>
    public void Begin()
    {
        if (FirstLayer is null)
        {
            return;
        }

        Clear();
        _pool.CountOutsidePages(2 * _floats.Sum() * sizeof(float));
        _states = [.. _floats.Select(static floats => floats > 0 ? new NativeFloats(floats) : null)];
    }

    /// <summary>A turn ends here.</summary>
    public void Mark()
    {
        if (_states is not null)
        {
            _mark?.Dispose();
            _mark = Copy();
        }
    }

    /// <summary>Makes states what they were where the last turn ended.</summary>
    public void ReturnToMark()
    {
        if (_mark is not null)
        {
            Restore(_mark);
        }
    }

    /// <summary>A copy of all states.</summary>
    public StateCopy Copy() => new(_states ?? []);

    /// <summary>Makes states what they were.</summary>
    public void Restore(StateCopy copy) => copy.WriteTo(_states ?? []);

    /// <summary>Takes another sequence's states and what it has kept of the last turn's end.</summary>
    /// <exception cref="CacheLimitException">The pool's limit is reached.</exception>
    public void CopyFrom(LayerStates other)
    {
        if (other._states is null)
        {
            return;
        }

        Begin();
        if (other._mark is { } mark)
        {
            Restore(mark);
            Mark();
        }

        using StateCopy now = other.Copy();
        Restore(now);
    }

    /// <summary>Writes the states.</summary>
    public void Save(SectionWriter writer)
    {
        foreach (NativeFloats state in (_states ?? []).OfType<NativeFloats>())
        {
            writer.Begin("STAT", state.Count * sizeof(float));
            for (long first = 0; first < state.Count; first += 1 << 20)
            {
                writer.Write(MemoryMarshal.AsBytes(Part(state, first)));
            }

            writer.End();
        }
    }

    /// <summary>Reads what <see cref="Save"/> has written.</summary>
    /// <exception cref="CacheLimitException">The pool's limit is reached.</exception>
    public void Resume(SectionReader reader)
    {
        Begin();
        for (int layer = 0; layer < _floats.Length && _states is not null; layer++)
        {
            if (_states[layer] is not { } state)
            {
                continue;
            }

            string place = $"the state of layer {layer}";
            reader.Begin("STAT", place, state.Count * sizeof(float));
            for (long first = 0; first < state.Count; first += 1 << 20)
            {
                reader.Read(MemoryMarshal.AsBytes(Part(state, first)), place);
            }

            reader.End(place);
        }
    }

    /// <summary>Gives the memory back.</summary>
    public void Clear()
    {
        _pool.CountOutsidePages(-HeldBytes);
        foreach (NativeFloats? state in _states ?? [])
        {
            state?.Dispose();
        }

        _mark?.Dispose();
        (_states, _mark) = (null, null);
    }

    private static Span<float> Part(NativeFloats state, long first) => new(state.Pointer + first, (int)Math.Min(1 << 20, state.Count - first));
}
