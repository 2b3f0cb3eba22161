using System.Runtime.CompilerServices;

namespace KvCompose.Residency.Pages;

/// <summary>A set of small ids that is emptied often: a mark for every id, and a list of those that were ever marked, in that order.</summary>
internal sealed class MarkedIds
{
    private readonly List<int> _ids = [];
    private bool[] _marked = new bool[64];

    /// <summary>Ids that were added since the last <see cref="Clear"/>; one that was removed may be among them, also twice.</summary>
    public List<int> Ids => _ids;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Contains(int id) => (uint)id < (uint)_marked.Length && _marked[id];

    /// <summary>Adds an id; false where it is in the set already.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Add(int id) => !Contains(id) && Mark(id);

    /// <summary>Removes an id; false where it was not in the set.</summary>
    public bool Remove(int id)
    {
        bool held = Contains(id);
        if (held)
        {
            _marked[id] = false;
        }

        return held;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Clear()
    {
        foreach (int id in _ids)
        {
            _marked[id] = false;
        }

        _ids.Clear();
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool Mark(int id)
    {
        if (id >= _marked.Length)
        {
            Array.Resize(ref _marked, id + (id / 2));
        }

        _marked[id] = true;
        _ids.Add(id);
        return true;
    }
}
