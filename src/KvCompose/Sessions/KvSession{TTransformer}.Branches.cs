using KvCompose.Cache;
using KvCompose.Files;
using KvCompose.Residency;

namespace KvCompose.Sessions;

/// <summary>Going back in a sequence, and going on with it twice.</summary>
public abstract unsafe partial class KvSession<TTransformer>
{
    /// <summary>Beyond this a tier's content does not go through memory when a sequence is forked.</summary>
    private const long LargestCopy = 1L << 30;

    /// <inheritdoc/>
    public sealed override void Rewind(int length, int sequence = 0)
    {
        Require(sequence);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, _lengths[sequence]);
        if (length == 0)
        {
            Clear(sequence);
            return;
        }

        _batch.RequireWholeSteps(sequence, _lengths[sequence]);
        int dropped = _lengths[sequence] - length;
        if (dropped > 0)
        {
            if (WhyNotWithout(dropped, sequence) is { } problem)
            {
                throw new RewindException(length, _lengths[sequence], problem);
            }

            Shorten(sequence, dropped);
        }

        _pending[sequence] = NoToken;
    }

    /// <inheritdoc/>
    public sealed override void Fork(int source, int target)
    {
        Require(source);
        Require(target);
        if (source == target)
        {
            throw new ArgumentException($"sequence {source} cannot become its own copy", nameof(target));
        }

        if (_lengths[source] == 0)
        {
            throw new InvalidOperationException($"sequence {source} has no prompt");
        }

        _batch.RequireWholeSteps(source, _lengths[source]);
        ISavedTier[] tiers = SavedTiers();
        Clear(target);
        try
        {
            _caches[target].ShareFrom(_caches[source]);
            CopyTiers(tiers, source, target);
            foreach ((int layer, WindowRing window) in WindowsOf(target))
            {
                window.CopyFrom(_windows[source][layer]!);
            }

            _states[target].CopyFrom(_states[source]);
            if (_histories[source].Count > 0)
            {
                _histories[target].Begin(_histories[source].Tokens, Shape.Context - _lengths[source]);
            }

            new ReadOnlySpan<float>(_buffers.Logits(source), Shape.Vocabulary).CopyTo(new Span<float>(_buffers.Logits(target), Shape.Vocabulary));
            _turns[target].CopyFrom(_turns[source]);
            (_lengths[target], _hasLogits[target], _pending[target]) = (_lengths[source], _hasLogits[source], _pending[source]);
        }
        catch
        {
            Clear(target);
            throw;
        }
    }

    /// <summary>A sequence has a prompt, and logits for the token after it.</summary>
    private void BeginAt(int sequence, int length, ReadOnlySpan<int> tokens)
    {
        _histories[sequence].Begin(tokens, Shape.Context - length);
        _lengths[sequence] = length;
        _hasLogits[sequence] = true;
        _turns[sequence].Set(length, Logits(sequence));
        _states[sequence].Mark();
        _turns[sequence].Least = KeepsPrompts && !Pool.Layout.Pruned ? 0 : length;
    }

    /// <summary>Why a sequence cannot be what it was before its last tokens came; null if it can.</summary>
    private string? WhyNotWithout(int dropped, int sequence)
    {
        int length = _lengths[sequence] - dropped;
        if (RewritesPages)
        {
            return Tiers.Count > 0
                ? "what its tier has made resident since then is not what was resident"
                : "its heads give up tokens while decoding, and those are gone";
        }

        if (WindowsOf(sequence).FirstOrDefault(static one => one.Window.HasLost) is { Window: { } window } lost)
        {
            return $"layer {lost.Layer} has a window of {window.Window} tokens, and what has left it is gone";
        }

        if (_states[sequence].FirstLayer is { } layer && length != _turns[sequence].Length)
        {
            return $"layer {layer} holds a fixed state, which is kept of {_turns[sequence].Length} tokens alone, where the last turn ended";
        }

        if (length < _turns[sequence].Least)
        {
            return $"what is kept was chosen at {_turns[sequence].Least} tokens";
        }

        PageLayout layout = Pool.Layout;
        for (int i = 0; i < Staged.Layers * Staged.KeyValueHeads && layout.CompressesFullPages; i++)
        {
            int held = _caches[sequence].Layer(0)[i].Tokens, open = held % layout.PageTokens, left = (held - dropped) % layout.PageTokens;
            if (dropped > open && left != 0)
            {
                return $"the storage has rewritten a page of which {left} tokens would be left; the last {open} tokens, and {left} more than asked for, can be dropped";
            }
        }

        return null;
    }

    private void Shorten(int sequence, int dropped)
    {
        SequenceCache cache = _caches[sequence];
        for (int layer = 0; layer < Staged.Layers; layer++)
        {
            for (int head = 0; head < Staged.KeyValueHeads; head++)
            {
                cache.Resize(layer, head, cache.Tokens(layer, head) - dropped);
            }
        }

        foreach ((_, WindowRing window) in WindowsOf(sequence))
        {
            window.Drop(dropped);
        }

        _states[sequence].ReturnToMark();
        _lengths[sequence] -= dropped;
        _histories[sequence].Shorten(dropped);
        _hasLogits[sequence] = _lengths[sequence] == _turns[sequence].Length;
        if (_hasLogits[sequence])
        {
            _turns[sequence].Restore(new Span<float>(_buffers.Logits(sequence), Shape.Vocabulary));
        }
    }

    /// <summary>What a tier holds of a sequence goes the way of a saved one.</summary>
    private static void CopyTiers(ISavedTier[] tiers, int source, int target)
    {
        foreach (ISavedTier tier in tiers)
        {
            using Stream stream = tier.Usage.HostBytes < LargestCopy
                ? new MemoryStream()
                : new FileStream(Path.GetTempFileName(), FileMode.Open, FileAccess.ReadWrite, FileShare.None, 1 << 16, FileOptions.DeleteOnClose);
            using (var writer = new SectionWriter(stream))
            {
                tier.Save(source, writer, CancellationToken.None);
            }

            stream.Position = 0;
            using var reader = new SectionReader(stream, "the copy of a sequence");
            tier.Resume(target, reader, CancellationToken.None);
        }
    }
}
