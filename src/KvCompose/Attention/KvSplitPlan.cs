using System.ComponentModel;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using KvCompose.Cache;
using KvCompose.Numerics;

namespace KvCompose.Attention;

/// <summary>
/// Cuts a layer's attention into splits of equal length, so that threads stay busy whatever the heads' lengths are, and holds
/// the partial results of heads that were cut.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed unsafe class KvSplitPlan : IDisposable
{
    private readonly int _groupSize;
    private readonly int _headDim;
    private readonly int _chunkTokens;
    private readonly int _pageTokens;
    private readonly bool _counted;
    private readonly int _scoreStride;
    private KvSplit* _items;
    private AttendedHead* _heads;
    private float* _partials;
    private float* _weights;
    private int _capacity;
    private int _headCapacity;
    private int _partialCapacity;
    private int _weightCapacity;

    /// <summary>Makes an empty list.</summary>
    /// <param name="groupSize">Query heads of a key-value head, G.</param>
    /// <param name="layout">The layout of the pages.</param>
    /// <param name="splitTokens">Longest split, a multiple of the page.</param>
    /// <param name="scoreStride">Floats from one query head's weights to the next where weights stay.</param>
    public KvSplitPlan(int groupSize, PageLayout layout, int splitTokens, int scoreStride)
    {
        _groupSize = groupSize;
        _headDim = layout.HeadDim;
        _pageTokens = layout.PageTokens;
        _counted = layout.HasPerPageCounts;
        _chunkTokens = splitTokens;
        _scoreStride = scoreStride;
    }

    /// <summary>Frees what <see cref="Dispose"/> was not called for.</summary>
    ~KvSplitPlan() => Free();

    /// <summary>The bound c of scaled scores, c · tanh(score / c); 0 for none.</summary>
    public float SoftCap { get; init; }

    /// <summary>
    /// Logits without a key that take part in the softmax of the layer whose heads are added next, [Hq]; null for none. With them every
    /// head's result is partial, and counts them when it is joined.
    /// </summary>
    public float* Sinks { get; set; }

    /// <summary>Splits of the layer.</summary>
    public int Count { get; private set; }

    /// <summary>The splits, [<see cref="Count"/>].</summary>
    public KvSplit* Items => _items;

    /// <summary>Key-value heads of the layer, over all rows of the step.</summary>
    public int HeadCount { get; private set; }

    /// <summary>The heads, [<see cref="HeadCount"/>], row by row.</summary>
    public AttendedHead* Heads => _heads;

    /// <summary>Most slots that a head whose weights stay has.</summary>
    public int LongestRetained { get; private set; }

    /// <summary>Partial results, each [G] maxima, [G] sums, then [G, d] weighted values.</summary>
    public float* Partials => _partials;

    /// <summary>Longest split, in tokens: split p of a head begins at slot p · this.</summary>
    public int SplitTokens => _chunkTokens;

    /// <summary>Floats of one partial result.</summary>
    public int PartialFloats => _groupSize * (2 + _headDim);

    /// <summary>Forgets all splits.</summary>
    public void Clear() => (Count, HeadCount, PartialCount, WeightCount, LongestRetained) = (0, 0, 0, 0, 0);

    /// <summary>Adds the heads of one sequence.</summary>
    /// <param name="tables">[<paramref name="heads"/>].</param>
    /// <param name="heads">Key-value heads, Hkv.</param>
    /// <param name="queries">[Hkv · G, d].</param>
    /// <param name="attended">[Hkv · G, d].</param>
    /// <param name="row">Row of the step.</param>
    /// <param name="position">Position of the row's token.</param>
    public void Add(PageTable* tables, int heads, float* queries, float* attended, int row, int position)
    {
        int groupFloats = _groupSize * _headDim;
        ReserveHeads(HeadCount + heads);
        for (int head = 0; head < heads; head++)
        {
            int tokens = _counted ? tables[head].PageCount * _pageTokens : tables[head].Tokens;
            int splits = Math.Max(1, (tokens + _chunkTokens - 1) / _chunkTokens);
            Reserve(Count + splits, PartialCount + splits);
            _heads[HeadCount++] = new AttendedHead
            {
                Table = tables + head,
                FirstSplit = Count,
                Splits = splits,
                Position = position,
                Row = row,
                Head = head,
            };
            if (tables[head].RetainsWeights)
            {
                LongestRetained = Math.Max(LongestRetained, tokens);
                WeightCount += splits;
            }

            for (int split = 0; split < splits; split++)
            {
                _items[Count++] = new KvSplit
                {
                    Table = tables + head,
                    Queries = queries + ((nint)head * groupFloats),
                    Attended = attended + ((nint)head * groupFloats),
                    FirstPage = split * (_chunkTokens / _pageTokens),
                    Tokens = Math.Min(_chunkTokens, tokens - (split * _chunkTokens)),
                    SoftCap = SoftCap,
                    Partial = splits == 1 && Sinks is null ? -1 : PartialCount++,
                };
            }
        }
    }

    /// <summary>Gives the splits of watched heads room for their weights. Called when all heads of the layer are added.</summary>
    public void PlaceWeights()
    {
        ReserveWeights(WeightCount);
        float* free = _weights;
        for (int head = 0; head < HeadCount; head++)
        {
            if (!_heads[head].Table->RetainsWeights)
            {
                continue;
            }

            for (int split = 0; split < _heads[head].Splits; split++, free += WeightFloats)
            {
                KvSplit* item = _items + (_heads[head].FirstSplit + split);
                item->Maxima = free;
                item->Weights = free + WeightsOffset;
            }
        }
    }

    /// <summary>Joins the partial results of heads that were cut, by their log-sum-exp.</summary>
    public void Merge()
    {
        for (int head = 0; head < HeadCount; head++)
        {
            if (_heads[head].Splits > 1 || Sinks is not null)
            {
                MergeHead(_heads + head, _items + _heads[head].FirstSplit, _heads[head].Splits);
            }
        }
    }

    /// <summary>The weights that a query head of a watched head gave the slots of a split, each split to its own scale.</summary>
    public float* Weights(AttendedHead* head, int split, int member) => _items[head->FirstSplit + split].Weights + ((nint)member * _scoreStride);

    /// <summary>What the weights of each split have to be multiplied by, so that those of the first slots add up to a sum, the sink among them where there is one.</summary>
    /// <param name="head">A watched head whose attention is done; not of counted pages.</param>
    /// <param name="slots">How many slots, at least 1.</param>
    /// <param name="sum">The sum; where no weight of these slots is above 0, factors are 0.</param>
    /// <param name="factors">Receives [splits that hold the slots, G].</param>
    public void Normalize(AttendedHead* head, int slots, float sum, float* factors)
    {
        int splits = (slots + _chunkTokens - 1) / _chunkTokens;
        KvSplit* items = _items + head->FirstSplit;
        for (int member = 0; member < _groupSize; member++)
        {
            float sink = Sink(head, member) * VectorExponential.Log2E, maximum = sink, total = 0;
            for (int split = 0; split < splits; split++)
            {
                maximum = MathF.Max(maximum, items[split].Maxima[member]);
            }

            for (int split = 0; split < splits; split++)
            {
                int tokens = Math.Min(items[split].Tokens, slots - (split * _chunkTokens));
                float held = tokens == items[split].Tokens
                    ? items[split].Maxima[_groupSize + member]
                    : TensorPrimitives.Sum(new ReadOnlySpan<float>(items[split].Weights + ((nint)member * _scoreStride), tokens));
                float factor = MathF.Pow(2, items[split].Maxima[member] - maximum);
                factors[(split * _groupSize) + member] = factor;
                total += factor * held;
            }

            total += MathF.Pow(2, sink - maximum);

            for (int split = 0; split < splits; split++)
            {
                factors[(split * _groupSize) + member] *= total > 0 ? sum / total : 0;
            }
        }
    }

    /// <summary>The probabilities that a query head of a watched head gave this step, one a slot.</summary>
    /// <param name="head">A watched head whose attention is done.</param>
    /// <param name="member">The query head within the group.</param>
    /// <param name="probabilities">Receives one a slot; in counted pages 0 for slots that hold no token.</param>
    public void Probabilities(AttendedHead* head, int member, float* probabilities)
    {
        KvSplit* items = _items + head->FirstSplit;
        float sink = Sink(head, member) * VectorExponential.Log2E, maximum = sink;
        for (int split = 0; split < head->Splits; split++)
        {
            maximum = MathF.Max(maximum, items[split].Maxima[member]);
        }

        float sum = MathF.Pow(2, sink - maximum);
        for (int split = 0; split < head->Splits; split++)
        {
            float* maxima = items[split].Maxima;
            sum += MathF.Pow(2, maxima[member] - maximum) * maxima[_groupSize + member];
        }

        for (int split = 0; split < head->Splits; split++)
        {
            float factor = MathF.Pow(2, items[split].Maxima[member] - maximum) / sum;
            TensorPrimitives.Multiply(
                new ReadOnlySpan<float>(items[split].Weights + ((nint)member * _scoreStride), items[split].Tokens), factor,
                new Span<float>(probabilities + ((nint)split * _chunkTokens), items[split].Tokens));
        }
    }

    /// <summary>Frees the memory.</summary>
    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private int PartialCount { get; set; }

    private int WeightCount { get; set; }

    /// <summary>Where a split's weights begin after its maxima and sums: whole vectors.</summary>
    private int WeightsOffset => ((2 * _groupSize) + 15) / 16 * 16;

    private int WeightFloats => WeightsOffset + (_groupSize * _scoreStride);

    private void MergeHead(AttendedHead* head, KvSplit* items, int splits)
    {
        float* partials = _partials + ((nint)items[0].Partial * PartialFloats);
        for (int member = 0; member < _groupSize; member++)
        {
            float sink = Sink(head, member), maximum = sink;
            for (int split = 0; split < splits; split++)
            {
                maximum = MathF.Max(maximum, partials[((nint)split * PartialFloats) + member]);
            }

            float* target = items[0].Attended + ((nint)member * _headDim);
            new Span<float>(target, _headDim).Clear();
            float sum = MathF.Exp(sink - maximum);
            for (int split = 0; split < splits; split++)
            {
                float* partial = partials + ((nint)split * PartialFloats);
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

    private float Sink(AttendedHead* head, int member) => Sinks is null ? float.NegativeInfinity : Sinks[(head->Head * _groupSize) + member];

    private void Reserve(int items, int partials)
    {
        if (items > _capacity)
        {
            _capacity = Math.Max(items, Math.Max(64, _capacity * 2));
            _items = (KvSplit*)NativeMemory.Realloc(_items, (nuint)_capacity * (nuint)sizeof(KvSplit));
        }

        if (partials > _partialCapacity)
        {
            _partialCapacity = Math.Max(partials, Math.Max(64, _partialCapacity * 2));
            nuint bytes = (nuint)_partialCapacity * (nuint)PartialFloats * sizeof(float);
            _partials = (float*)NativeMemory.AlignedRealloc(_partials, bytes, PageLayout.Alignment);
        }
    }

    private void ReserveHeads(int heads)
    {
        if (heads > _headCapacity)
        {
            _headCapacity = Math.Max(heads, Math.Max(16, _headCapacity * 2));
            _heads = (AttendedHead*)NativeMemory.Realloc(_heads, (nuint)_headCapacity * (nuint)sizeof(AttendedHead));
        }
    }

    private void ReserveWeights(int splits)
    {
        if (splits > _weightCapacity)
        {
            _weightCapacity = Math.Max(splits, Math.Max(16, _weightCapacity * 2));
            NativeMemory.AlignedFree(_weights);
            _weights = (float*)NativeMemory.AlignedAlloc((nuint)_weightCapacity * (nuint)WeightFloats * sizeof(float), PageLayout.Alignment);
        }
    }

    private void Free()
    {
        NativeMemory.Free(_items);
        NativeMemory.Free(_heads);
        NativeMemory.AlignedFree(_partials);
        NativeMemory.AlignedFree(_weights);
        _items = null;
        _heads = null;
        _partials = null;
        _weights = null;
    }
}
