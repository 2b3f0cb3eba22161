using KvCompose.Cache;

namespace KvCompose.Sessions;

/// <summary>Bounds of growth, and what may be shared.</summary>
public abstract unsafe partial class KvSession<TTransformer>
{
    /// <inheritdoc/>
    public sealed override PrefixReuse PrefixReuse => KeepsPrompts && !RewritesPages && !Pool.Layout.Pruned
        ? _states[0].FirstLayer is null ? PrefixReuse.Any : PrefixReuse.Whole // A fixed state does not go back.
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
        long windows = WindowBytes(_lengths[sequence] + tokens) - WindowsOf(sequence).Sum(static one => one.Window.HeldBytes) - _states[sequence].HeldBytes;
        return (pages * layout.PageBytes) + outside + Math.Max(0, windows);
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
            pause();
        }
    }
}
