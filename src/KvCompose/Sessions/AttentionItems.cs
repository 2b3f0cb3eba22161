using System.Runtime.InteropServices;
using KvCompose.Cache;

namespace KvCompose.Sessions;

/// <summary>
/// Cuts a layer's attention into pieces of equal length, so that threads stay busy whatever the heads' lengths are, and holds
/// the partial results of heads that were cut.
/// </summary>
public sealed unsafe class AttentionItems : IDisposable
{
    private readonly int _groupSize;
    private readonly int _headDim;
    private readonly int _chunkTokens;
    private readonly int _pageTokens;
    private AttentionItem* _items;
    private float* _partials;
    private int _capacity;
    private int _partialCapacity;

    /// <summary>Makes an empty list.</summary>
    public AttentionItems(int groupSize, int headDim, int pageTokens, int chunkTokens)
    {
        _groupSize = groupSize;
        _headDim = headDim;
        _pageTokens = pageTokens;
        _chunkTokens = chunkTokens;
    }

    /// <summary>Frees what <see cref="Dispose"/> was not called for.</summary>
    ~AttentionItems() => Free();

    /// <summary>Pieces of the layer.</summary>
    public int Count { get; private set; }

    /// <summary>The pieces, [<see cref="Count"/>].</summary>
    public AttentionItem* Items => _items;

    /// <summary>Partial results, each [G] maxima, [G] sums, then [G, d] weighted values.</summary>
    public float* Partials => _partials;

    /// <summary>Floats of one partial result.</summary>
    public int PartialFloats => _groupSize * (2 + _headDim);

    /// <summary>Forgets all pieces.</summary>
    public void Clear() => (Count, PartialCount) = (0, 0);

    /// <summary>Adds the heads of one sequence.</summary>
    /// <param name="tables">[<paramref name="heads"/>].</param>
    /// <param name="heads">Key-value heads, Hkv.</param>
    /// <param name="queries">[Hkv · G, d].</param>
    /// <param name="attended">[Hkv · G, d].</param>
    public void Add(PageTable* tables, int heads, float* queries, float* attended)
    {
        int groupFloats = _groupSize * _headDim;
        for (int head = 0; head < heads; head++)
        {
            int tokens = tables[head].Tokens;
            int pieces = Math.Max(1, (tokens + _chunkTokens - 1) / _chunkTokens);
            Reserve(Count + pieces, PartialCount + pieces);
            for (int piece = 0; piece < pieces; piece++)
            {
                _items[Count++] = new AttentionItem
                {
                    Table = tables + head,
                    Queries = queries + ((nint)head * groupFloats),
                    Attended = attended + ((nint)head * groupFloats),
                    FirstPage = piece * (_chunkTokens / _pageTokens),
                    Tokens = Math.Min(_chunkTokens, tokens - (piece * _chunkTokens)),
                    Partial = pieces == 1 ? -1 : PartialCount++,
                };
            }
        }
    }

    /// <summary>Joins the partial results of heads that were cut, by their log-sum-exp.</summary>
    public void Merge()
    {
        for (int first = 0; first < Count;)
        {
            int last = first + 1;
            while (last < Count && _items[last].Table == _items[first].Table)
            {
                last++;
            }

            if (_items[first].Partial >= 0)
            {
                MergeHead(_items + first, last - first);
            }

            first = last;
        }
    }

    /// <summary>Frees the memory.</summary>
    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private int PartialCount { get; set; }

    private void MergeHead(AttentionItem* items, int pieces)
    {
        float* partials = _partials + ((nint)items[0].Partial * PartialFloats);
        for (int member = 0; member < _groupSize; member++)
        {
            float maximum = float.NegativeInfinity;
            for (int piece = 0; piece < pieces; piece++)
            {
                maximum = MathF.Max(maximum, partials[((nint)piece * PartialFloats) + member]);
            }

            float* target = items[0].Attended + ((nint)member * _headDim);
            new Span<float>(target, _headDim).Clear();
            float sum = 0;
            for (int piece = 0; piece < pieces; piece++)
            {
                float* partial = partials + ((nint)piece * PartialFloats);
                float weight = MathF.Exp(partial[member] - maximum);
                sum += weight * partial[_groupSize + member];
                float* values = partial + (2 * _groupSize) + ((nint)member * _headDim);
                for (int i = 0; i < _headDim; i++)
                {
                    target[i] += weight * values[i];
                }
            }

            for (int i = 0; i < _headDim; i++)
            {
                target[i] /= sum;
            }
        }
    }

    private void Reserve(int items, int partials)
    {
        if (items > _capacity)
        {
            _capacity = Math.Max(items, Math.Max(64, _capacity * 2));
            _items = (AttentionItem*)NativeMemory.Realloc(_items, (nuint)_capacity * (nuint)sizeof(AttentionItem));
        }

        if (partials > _partialCapacity)
        {
            _partialCapacity = Math.Max(partials, Math.Max(64, _partialCapacity * 2));
            nuint bytes = (nuint)_partialCapacity * (nuint)PartialFloats * sizeof(float);
            _partials = (float*)NativeMemory.AlignedRealloc(_partials, bytes, PageLayout.Alignment);
        }
    }

    private void Free()
    {
        NativeMemory.Free(_items);
        NativeMemory.AlignedFree(_partials);
        _items = null;
        _partials = null;
    }
}
