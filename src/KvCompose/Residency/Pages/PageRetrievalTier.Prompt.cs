using KvCompose.Cache;
using KvCompose.Memory;
using KvCompose.Residency.PageFiles;

namespace KvCompose.Residency.Pages;

/// <summary>
/// What becomes of the tokens that a prompt leaves out. Where budgets are final when a layer is done, its pages are made at once; where later layers
/// may take more away, tokens wait until the prompt is complete, so that every index is built of all its tokens. When the host tier has no room for
/// waiting, pages are made of what waits already, and later tokens are inserted.
/// </summary>
public sealed unsafe partial class PageRetrievalTier
{
    /// <inheritdoc/>
    /// <exception cref="NonFiniteKeyException">A key is not finite.</exception>
    /// <exception cref="HostTierFullException">The pages do not fit into the host tier.</exception>
    /// <exception cref="PageFileException">The page file is full.</exception>
    /// <exception cref="StageOptionException">A layer of a reuse group leaves other tokens out than the group's first one.</exception>
    public void Place(in PlacementContext context)
    {
        var owner = new PageOwner(context.Sequence, context.Layer, context.Head);
        PagedHead head = Head(owner);
        Open(head, owner);
        if (head.Waiting is null || !TryWait(owner, context.Rows.Length))
        {
            Take(owner, new KeySource
            {
                KeyTiles = context.KeyTiles,
                Values = context.Values,
                ValueStride = context.ValueStride,
                Rows = context.Rows,
                Positions = context.Positions,
            });
            return;
        }

        foreach (int row in context.Rows)
        {
            float* key = context.KeyTiles + ((nint)(row / PageTokens) * PageTokens * context.HeadDim) + (row % PageTokens);
            head.Waiting.Add(key, PageTokens, context.Values + ((nint)row * context.ValueStride), context.Positions[row]);
        }
    }

    /// <inheritdoc/>
    /// <exception cref="NonFiniteKeyException">A key is not finite.</exception>
    /// <exception cref="HostTierFullException">The tokens do not fit into the host tier.</exception>
    /// <exception cref="PageFileException">The page file is full.</exception>
    public void OnShrink(int sequence, int layer, int head, int tokens)
    {
        SequenceCache cache = _context.Caches[sequence];
        PageTable* table = cache.Layer(layer) + head;
        var owner = new PageOwner(sequence, layer, head);
        if (Head(owner).Waiting is not { } waiting || table->Tokens == tokens)
        {
            return;
        }

        // Without room for waiting they only pass through.
        bool waits = TryWait(owner, table->Tokens - tokens);
        using PendingIndexTokens passing = Waiting(new HostMemory());
        PendingIndexTokens leaving = waits ? waiting : passing;
        leaving.TryReserve(table->Tokens - tokens);
        float* key = stackalloc float[2 * _context.Shape.HeadDim];
        float* value = key + _context.Shape.HeadDim;
        for (int slot = tokens; slot < table->Tokens; slot++)
        {
            byte* page = _context.Pool.Address(table->Pages[slot / PageTokens]);
            int position = _context.Writer.Read(page, slot % PageTokens, key, value);
            leaving.Add(key, 1, value, position);
        }

        if (!waits)
        {
            Take(owner, leaving.InOrder());
        }
    }

    /// <inheritdoc/>
    /// <exception cref="NonFiniteKeyException">A key is not finite.</exception>
    /// <exception cref="HostTierFullException">The pages do not fit into the host tier.</exception>
    /// <exception cref="PageFileException">The page file is full.</exception>
    public void OnPrefillCompleted(int sequence, int promptTokens, CancellationToken cancellation)
    {
        SequenceCache cache = _context.Caches[sequence];
        for (int layer = 0; layer < _context.Shape.Layers; layer++)
        {
            cancellation.ThrowIfCancellationRequested();
            for (int head = 0; head < _context.Shape.KeyValueHeads; head++)
            {
                var owner = new PageOwner(sequence, layer, head);
                Settle(owner);
                Head(owner).Settled();

                Head(owner).Permanent = Math.Max(1, cache.Layer(layer)[head].PageCount);
            }
        }

        _file?.Flush();
    }

    /// <summary>Layers of a reuse group use the pages of the group's first; what later layers may take away is never left out alike.</summary>
    private void Open(PagedHead head, PageOwner owner)
    {
        if (owner.Layer < _settings.DenseLayers)
        {
            head.Open(null, _context.Cascades ? Waiting(new HostMemory()) : null);
        }
        else if (_settings.PlaceInGroup(owner.Layer) is > 0 and var place)
        {
            head.Follow(_heads[owner.Sequence, owner.Layer - place, owner.Head], place);
        }
        else
        {
            int layers = _settings.GroupLayers(owner.Layer, _context.Shape.Layers);
            var index = new PageIndex(_context.Shape.HeadDim, _settings.Index, _settings.Format, _memory, _file, owner, layers);
            head.Open(index, _context.Cascades ? Waiting(_memory) : null);
        }
    }

    private PagedHead Head(PageOwner owner) => _heads[owner.Sequence, owner.Layer, owner.Head];

    private PendingIndexTokens Waiting(HostMemory memory) => new(_context.Shape.HeadDim, memory);

    /// <summary>Room for more waiting tokens of a head; where there is none, all of the prompt that wait go into their pages first.</summary>
    private bool TryWait(PageOwner owner, int more)
    {
        if (Head(owner).Waiting!.TryReserve(more))
        {
            return true;
        }

        for (int layer = 0; layer <= owner.Layer; layer++)
        {
            for (int head = 0; head < _context.Shape.KeyValueHeads; head++)
            {
                var other = new PageOwner(owner.Sequence, layer, head);
                if (Head(other).Index is not null)
                {
                    Settle(other);
                }
            }
        }

        return Head(owner).Waiting!.TryReserve(more);
    }

    /// <summary>Makes pages of what waits. For the limit of the host tier the one is gone before the other is there.</summary>
    private void Settle(PageOwner owner)
    {
        if (Head(owner).Waiting is { Count: > 0 } waiting)
        {
            waiting.Release();
            Take(owner, waiting.InOrder());
            waiting.Dispose();
        }
    }

    private void Take(PageOwner owner, in KeySource source)
    {
        try
        {
            if (Head(owner).Index is not { } index)
            {
                _transfer.MakeResident(_context.Caches[owner.Sequence], owner.Layer, owner.Head, source);
            }
            else if (Head(owner).Place > 0)
            {
                Fill(owner, index, source);
            }
            else if (index.Tokens == 0)
            {
                _builder.Build(index, source, _context.Workers);
            }
            else
            {
                Insert(index, source);
            }
        }
        catch (NonFiniteKeyException problem)
        {
            throw problem.At(owner.Layer, owner.Head);
        }
        catch (HostTierFullException problem)
        {
            throw problem.At(owner.Layer, owner.Head);
        }
        catch (PageFileException problem)
        {
            throw new PageFileException(problem.Path, $"layer {owner.Layer}, key-value head {owner.Head}: {problem.Problem}", problem);
        }
    }

    private void Fill(PageOwner owner, PageIndex index, in KeySource source)
    {
        if (!_fill.TryFill(index, source, _context.Workers))
        {
            throw new StageOptionException(
                _context.Pipeline, nameof(PageRetrievalSettings.ReuseGroup), $"{_settings.ReuseGroup}",
                $"1: key-value head {owner.Head} leaves other tokens out in layer {owner.Layer} than in layer {owner.Layer - Head(owner).Place}, whose pages it would use");
        }
    }

    private static void Insert(PageIndex index, in KeySource source)
    {
        for (int first = 0; first < source.Rows.Length; first += PageTokens)
        {
            index.Insert(new KeySource
            {
                KeyTiles = source.KeyTiles,
                Values = source.Values,
                ValueStride = source.ValueStride,
                Rows = source.Rows.Slice(first, Math.Min(PageTokens, source.Rows.Length - first)),
                Positions = source.Positions,
            });
        }
    }
}
