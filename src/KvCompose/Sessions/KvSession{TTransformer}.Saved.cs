using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using KvCompose.Cache;
using KvCompose.Sessions.Saved;
using KvCompose.Tiers;

namespace KvCompose.Sessions;

/// <summary>
/// Saving and resuming a sequence. Sections: header, tables, pages of every head with what waits for its page to be full and the channels that its keys keep,
/// what each tier writes, logits, end.
/// </summary>
public abstract unsafe partial class KvSession<TTransformer>
{
    private const int LargestHeader = 1 << 28;
    private const int TableWords = 4;

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

        RequireWholeSteps(sequence);

        cancellation.ThrowIfCancellationRequested();
        using var writer = new SectionWriter(stream);
        writer.WriteSection("HEAD", Header(sequence).ToJson());
        PageTable* tables = _caches[sequence].Layer(0);
        int heads = Shape.Layers * Shape.KeyValueHeads;
        var numbers = new int[heads * TableWords];
        for (int head = 0; head < heads; head++)
        {
            PageTable table = tables[head];
            ((ReadOnlySpan<int>)[table.PageCount, table.Tokens, table.Budget, table.RetainsWeights ? 1 : 0]).CopyTo(numbers.AsSpan(head * TableWords));
        }

        writer.WriteSection<int>("TABL", numbers);
        var copy = new byte[Math.Max(Pool.Layout.PageBytes, Pool.Layout.ResidualBytes)];
        for (int head = 0; head < heads; head++)
        {
            cancellation.ThrowIfCancellationRequested();
            WritePages(writer, _caches[sequence], tables + head, copy);
        }

        foreach (ISavedTier tier in tiers)
        {
            tier.Save(sequence, writer, cancellation);
        }

        writer.WriteSection("LOGI", MemoryMarshal.AsBytes(Logits(sequence)));
        writer.WriteSection("DONE", ReadOnlySpan<byte>.Empty);
    }

    /// <summary>Writes the tokens of a head. Places without one are zeros in the file, whatever is in memory.</summary>
    private void WritePages(SectionWriter writer, SequenceCache cache, PageTable* table, byte[] copy)
    {
        PageLayout layout = Pool.Layout;
        writer.Begin("PAGE", (long)table->PageCount * layout.PageBytes);
        Span<byte> bytes = copy.AsSpan(0, layout.PageBytes);
        for (int page = 0; page < table->PageCount; page++)
        {
            int id = table->Pages[page];
            new ReadOnlySpan<byte>(Pool.Address(id), layout.PageBytes).CopyTo(bytes);
            PagePadding.Clear(layout, bytes, layout.HasPerPageCounts ? *cache.CountAt(id) : Math.Clamp(table->Tokens - (page * layout.PageTokens), 0, layout.PageTokens));
            writer.Write(bytes);
        }

        writer.End();
        if (layout.CompressesFullPages)
        {
            bytes = copy.AsSpan(0, layout.ResidualBytes);
            Residual(table).CopyTo(bytes);
            PagePadding.ClearOpen(layout, bytes, table->Tokens % layout.PageTokens);
            writer.WriteSection("OPEN", bytes);
        }

        if (layout.Pruned)
        {
            writer.WriteSection("CHAN", new ReadOnlySpan<int>(table->Channels, layout.KeyChannels));
        }
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
        var step = new int[Sequences];
        Array.Fill(step, -1);
        try
        {
            for (int token = _histories[sequence].Count; token < whole.Length; token++)
            {
                step[sequence] = whole[token];
                Step(step, cancellation);
            }
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
        using var reader = new SectionReader(stream, source);
        SavedCacheHeader header = ReadHeader(reader);
        header.Require(source, Header(sequence));
        check(source, header, Shape);
        if (header.Tokens.Length is 0 || header.Tokens.Length > 2L * Shape.Context || header.Length < 1 || header.Length > Shape.Context)
        {
            throw reader.Wrong($"its length is {header.Length}");
        }

        Clear(sequence);
        try
        {
            ReadPages(reader, sequence, cancellation);
            foreach (ISavedTier tier in tiers)
            {
                tier.Resume(sequence, reader, cancellation);
            }

            var logits = new Span<byte>(_logits.Pointer + ((nint)sequence * Shape.Vocabulary), Shape.Vocabulary * sizeof(float));
            reader.Begin("LOGI", "the logits", logits.Length);
            reader.Read(logits, "the logits");
            reader.End("the logits");
            reader.ReadSection("DONE", "the end", 0);
            _histories[sequence].Begin(header.Tokens, Shape.Context - header.Length);
            _lengths[sequence] = header.Length;
            _hasLogits[sequence] = true;
        }
        catch
        {
            Clear(sequence);
            throw;
        }
    }

    private static SavedCacheHeader ReadHeader(SectionReader reader)
    {
        try
        {
            return SavedCacheHeader.Parse(reader.ReadSection("HEAD", "the header", -1, LargestHeader));
        }
        catch (JsonException error)
        {
            throw reader.Wrong($"its header: {error.Message}", error);
        }
    }

    private void ReadPages(SectionReader reader, int sequence, CancellationToken cancellation)
    {
        SequenceCache cache = _caches[sequence];
        PageTable* tables = cache.Layer(0);
        int heads = Shape.Layers * Shape.KeyValueHeads, pageBytes = Pool.Layout.PageBytes;
        byte[] bytes = reader.ReadSection("TABL", "the page tables", heads * TableWords * sizeof(int));
        ReadOnlySpan<int> numbers = MemoryMarshal.Cast<byte, int>(bytes);
        for (int head = 0; head < heads; head++)
        {
            cancellation.ThrowIfCancellationRequested();
            int layer = head / Shape.KeyValueHeads;
            string place = $"the pages of layer {layer}, key-value head {head % Shape.KeyValueHeads}";
            ReadOnlySpan<int> table = numbers.Slice(head * TableWords, TableWords);
            int pages = table[0], tokens = table[1];
            if (pages < 0 || tokens < 0 || tokens > Shape.Context || tokens > (long)pages * Pool.Layout.PageTokens || pages > Shape.Context || table[2] < 0)
            {
                throw reader.Wrong($"{pages} pages of {tokens} tokens for {place}");
            }

            reader.Begin("PAGE", place, (long)pages * pageBytes);
            cache.Resize(layer, head % Shape.KeyValueHeads, pages * Pool.Layout.PageTokens);
            for (int page = 0; page < pages; page++)
            {
                reader.Read(new Span<byte>(Pool.Address(tables[head].Pages[page]), pageBytes), place);
            }

            reader.End(place);
            if (Pool.Layout.CompressesFullPages)
            {
                place = $"the open page of layer {layer}, key-value head {head % Shape.KeyValueHeads}";
                reader.Begin("OPEN", place, Pool.Layout.ResidualBytes);
                reader.Read(Residual(tables + head), place);
                reader.End(place);
            }

            if (Pool.Layout.Pruned)
            {
                ReadChannels(reader, tables + head, $"the channels of layer {layer}, key-value head {head % Shape.KeyValueHeads}");
            }

            tables[head].Tokens = tokens;
            tables[head].Budget = table[2];
            tables[head].RetainsWeights = table[3] != 0;
        }
    }

    private void ReadChannels(SectionReader reader, PageTable* table, string place)
    {
        byte[] bytes = reader.ReadSection("CHAN", place, Pool.Layout.ChannelBytes);
        ReadOnlySpan<int> channels = MemoryMarshal.Cast<byte, int>(bytes);
        for (int i = 0, least = 0; i < channels.Length; i++)
        {
            if (channels[i] < least || channels[i] >= Pool.Layout.HeadDim)
            {
                throw reader.Wrong($"{channels[i]} is no channel behind {least - 1} in {place}");
            }

            least = channels[i] + 1;
        }

        channels.CopyTo(new Span<int>(table->Channels, channels.Length));
    }

    /// <summary>What waits for a page to be full.</summary>
    private Span<byte> Residual(PageTable* table) => new(table->Residual, Pool.Layout.ResidualBytes);

    private SavedCacheHeader Header(int sequence)
    {
        ModelIdentity identity = Transformer.Identity
            ?? throw new InvalidOperationException($"the model cannot be told from others ({nameof(ITransformer)}.{nameof(ITransformer.Identity)} is null), so a cache of it is neither saved nor resumed");
        PageLayout layout = Pool.Layout;
        return new SavedCacheHeader(
            _declared.CacheFingerprint,
            $"{layout.HeadDim} x {layout.PageTokens} tokens of {layout.ElementBits} bits, {layout.StateWords} words of state, {layout.PageBytes} bytes, {(layout.HasPerPageCounts ? "counted" : layout.Quantised ? "quantised" : layout.Pruned ? $"keys of {layout.KeyChannels} channels" : "full")}, {(BitConverter.IsLittleEndian ? "little" : "big")}-endian",
            identity.Weights, identity.Tokenizer, Shape.Layers, Shape.KeyValueHeads, Shape.Vocabulary, _lengths[sequence],
            _histories[sequence].Tokens.ToArray());
    }

    private ISavedTier[] SavedTiers()
        => [.. Tiers.Select(static tier => tier as ISavedTier
            ?? throw new NotSupportedException($"the pipeline keeps tokens in a '{tier.GetType().Name}', which is no {nameof(ISavedTier)}: such a session is neither saved nor resumed"))];
}
