using System.Globalization;
using KvCompose.Cache;
using KvCompose.Residency;
using KvCompose.Sessions.Saved;

namespace KvCompose.Sessions;

/// <summary>Saving a sequence, resuming it, and prompts whose beginning was saved.</summary>
public abstract unsafe partial class KvSession<TTransformer>
{
    /// <summary>Whether prompts may begin with a prefix that was compressed before they were known.</summary>
    protected virtual bool SharesPrefixes => false;

    /// <inheritdoc/>
    public sealed override void Save(Stream stream, int sequence = 0, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(stream);
        Require(sequence);
        ISavedTier[] tiers = SavedTiers();
        if (_histories[sequence].Count == 0)
        {
            throw new InvalidOperationException($"sequence {sequence} has no prompt");
        }

        _batch.RequireWholeSteps(sequence, _lengths[sequence]);

        cancellation.ThrowIfCancellationRequested();
        using var writer = new SavedSequenceWriter(stream, Pool, Header(sequence));
        writer.WritePages(_caches[sequence], Staged.Layers * Staged.KeyValueHeads, cancellation);
        writer.WriteTiers(tiers, sequence, cancellation);
        SaveWindows(sequence, writer.Sections);
        _states[sequence].Save(writer.Sections);
        writer.WriteEnd(Logits(sequence));
    }

    /// <inheritdoc/>
    public sealed override void Resume(Stream stream, int sequence = 0, CancellationToken cancellation = default)
        => Read(stream, sequence, static (_, _, _) => { }, cancellation);

    /// <inheritdoc/>
    public sealed override void PrefillFrom(Stream stream, ReadOnlySpan<int> prompt, int sequence = 0, CancellationToken cancellation = default)
    {
        Require(sequence);
        if (!SharesPrefixes)
        {
            throw new InvalidOperationException(
                $"the pipeline is not declared to share prefixes: write [KvPipeline(SharesPrefixes = true)], and the compiler says whether its stages allow it ({_declared.CacheFingerprint})");
        }

        CheckTokens(prompt);
        if (prompt.Length > Shape.Context)
        {
            throw new ContextExceededException(prompt.Length, Shape.Context);
        }

        int[] whole = prompt.ToArray();
        Read(stream, sequence, RequirePrefix, cancellation);
        _pending[sequence] = NoToken;
        try
        {
            Continue(sequence, whole[_histories[sequence].Count..], cancellation);
        }
        catch
        {
            Clear(sequence);
            throw;
        }

        void RequirePrefix(string source, SavedCacheHeader header, TransformerShape shape)
        {
            int common = header.Tokens.AsSpan().CommonPrefixLength(whole);
            if (common < header.Tokens.Length || whole.Length == common)
            {
                throw new SavedCacheMismatchException(
                    source, "a prefix of tokens", Count(header.Tokens.Length), $"a prompt of {Count(whole.Length)} that has the first {Count(common)} in common with it and needs at least one more");
            }
        }

        static string Count(int number) => number.ToString(CultureInfo.InvariantCulture);
    }

    private delegate void HeaderCheck(string source, SavedCacheHeader header, TransformerShape shape);

    private void Read(Stream stream, int sequence, HeaderCheck check, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(stream);
        Require(sequence);
        ISavedTier[] tiers = SavedTiers();
        cancellation.ThrowIfCancellationRequested();
        string source = stream is FileStream file ? file.Name : stream.GetType().Name;
        using var reader = new SavedSequenceReader(stream, source, Pool, Staged);
        reader.Header.Require(source, Header(sequence));
        check(source, reader.Header, Shape);
        reader.RequireLengths();
        Clear(sequence);
        try
        {
            reader.ReadPages(_caches[sequence], cancellation);
            reader.ReadTiers(tiers, sequence, cancellation);
            ResumeWindows(sequence, reader.Sections, reader.Header.Length);
            _states[sequence].Resume(reader.Sections);
            reader.ReadEnd(new Span<byte>(_buffers.Logits(sequence), Shape.Vocabulary * sizeof(float)));
            BeginAt(sequence, reader.Header.Length, reader.Header.Tokens);
            _pending[sequence] = reader.Header.Pending;
        }
        catch
        {
            Clear(sequence);
            throw;
        }
    }

    private SavedCacheHeader Header(int sequence)
    {
        ModelIdentity identity = Transformer.Identity
            ?? throw new InvalidOperationException($"the model cannot be told from others ({nameof(ITransformer)}.{nameof(ITransformer.Identity)} is null), so a cache of it is neither saved nor resumed");
        PageLayout layout = Pool.Layout;
        return new SavedCacheHeader(
            _declared.CacheFingerprint,
            $"{layout.HeadDim} x {layout.PageTokens} tokens of {layout.ElementBits} bits, {layout.StateWords} words of state, {layout.PageBytes} bytes, {(layout.HasPerPageCounts ? "counted" : layout.Quantised ? "quantised" : layout.Pruned ? $"keys of {layout.KeyChannels} channels" : "full")}, {(BitConverter.IsLittleEndian ? "little" : "big")}-endian{(HasWindows ? $", layers {string.Join(' ', _globals)} without a window" : "")}",
            identity.Weights, identity.Tokenizer, Staged.Layers, Staged.KeyValueHeads, Shape.Vocabulary, _lengths[sequence],
            _histories[sequence].Tokens.ToArray(), _pending[sequence]);
    }

    private ISavedTier[] SavedTiers()
        => [.. Tiers.Select(static tier => tier as ISavedTier
            ?? throw new NotSupportedException($"the pipeline keeps tokens in a '{tier.GetType().Name}', which is no {nameof(ISavedTier)}: such a session is neither saved nor resumed"))];
}
