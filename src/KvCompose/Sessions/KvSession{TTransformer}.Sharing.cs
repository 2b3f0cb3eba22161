using KvCompose.Cache;

namespace KvCompose.Sessions;

/// <summary>Bounds of growth, and what may be shared.</summary>
public abstract unsafe partial class KvSession<TTransformer>
{
    /// <inheritdoc/>
    public sealed override PrefixReuse PrefixReuse => KeepsPrompts && !RewritesPages && !Pool.Layout.Pruned ? PrefixReuse.Any
        : SharesPrefixes ? PrefixReuse.Whole
        : PrefixReuse.None;

    /// <inheritdoc/>
    public sealed override long MostGrowth(int sequence, int tokens)
    {
        Require(sequence);
        ArgumentOutOfRangeException.ThrowIfNegative(tokens);
        PageLayout layout = Pool.Layout;
        SequenceCache cache = _caches[sequence];
        bool empty = _lengths[sequence] == 0;
        long pages = 0;
        for (int i = 0; i < Staged.Layers * Staged.KeyValueHeads; i++)
        {
            PageTable* table = cache.Layer(0) + i;
            int held = empty ? 0 : table->Tokens;
            long needed = ((long)held + tokens + layout.PageTokens - 1) / layout.PageTokens;
            pages += layout.HasPerPageCounts
                ? needed + ((tokens + layout.PageTokens - 1) / layout.PageTokens) + 1 // pages of a tier are not all full
                : Math.Max(0, needed - table->PageCount);
            pages += SharedPages(table);
        }

        long outside = empty ? cache.BytesOutsidePages : 0;
        long beside = WindowsOf(sequence).Sum(static one => one.Window.HeldBytes) + _states[sequence].HeldBytes;
        return (pages * layout.PageBytes) + outside + Math.Max(0, WindowBytes(_lengths[sequence] + tokens) - beside);
    }

    /// <inheritdoc/>
    public sealed override long ForkBytes(int sequence, int tokens)
    {
        Require(sequence);
        ArgumentOutOfRangeException.ThrowIfNegative(tokens);
        return _caches[sequence].BytesOutsidePages + WindowBytes(tokens);
    }

    /// <summary>Pages of a head that are copied before something is written to them.</summary>
    private int SharedPages(PageTable* table)
    {
        int shared = 0;
        for (int page = RewritesPages ? 0 : Math.Max(0, table->PageCount - 1); page < table->PageCount; page++)
        {
            shared += Pool.IsShared(table->Pages[page]) ? 1 : 0;
        }

        return shared;
    }

    /// <summary>Lets others have their turn between two layers.</summary>
    private void Pause()
    {
        if (BetweenLayers is { } pause && Tiers.Count == 0)
        {
            // Others project in it: how this pass rotates is this pass's alone.
            (int pass, int longest) = (_pass, _longestOfPrompt);
            _pass = OfStep;
            try
            {
                pause();
            }
            finally
            {
                (_pass, _longestOfPrompt) = (pass, longest);
            }
        }
    }
}
