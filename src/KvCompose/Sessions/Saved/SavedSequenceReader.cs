using System.Runtime.InteropServices;
using System.Text.Json;
using KvCompose.Cache;
using KvCompose.Files;
using KvCompose.Residency;

namespace KvCompose.Sessions.Saved;

/// <summary>Reads what <see cref="SavedSequenceWriter"/> has written, in the same order.</summary>
/// <exception cref="SavedCacheFormatException">By every member: the bytes are not those that were written.</exception>
internal sealed unsafe class SavedSequenceReader : IDisposable
{
    private const int LargestHeader = 1 << 28;

    private readonly SectionReader _reader;
    private readonly PagePool _pool;
    private readonly TransformerShape _shape;

    /// <summary>Reads the header.</summary>
    public SavedSequenceReader(Stream stream, string source, PagePool pool, TransformerShape shape)
    {
        _pool = pool;
        _shape = shape;
        _reader = new SectionReader(stream, source);
        try
        {
            Header = ReadHeader();
        }
        catch
        {
            _reader.Dispose();
            throw;
        }
    }

    /// <summary>What the cache was made by and of.</summary>
    public SavedCacheHeader Header { get; }

    /// <summary>Requires lengths that the model can have.</summary>
    public void RequireLengths()
    {
        if (Header.Tokens.Length is 0 || Header.Tokens.Length > 2L * _shape.Context || Header.Length < 1 || Header.Length > _shape.Context)
        {
            throw _reader.Wrong($"its length is {Header.Length}");
        }

        if (Header.Pending < -1 || Header.Pending >= _shape.Vocabulary)
        {
            throw _reader.Wrong($"its last token is {Header.Pending}");
        }
    }

    /// <summary>Reads page tables and pages.</summary>
    /// <param name="cache">A sequence that was cleared.</param>
    /// <param name="cancellation">Looked at between heads.</param>
    /// <exception cref="CacheLimitException">The pages do not fit into the limit.</exception>
    public void ReadPages(SequenceCache cache, CancellationToken cancellation)
    {
        PageTable* tables = cache.Layer(0);
        int heads = _shape.Layers * _shape.KeyValueHeads;
        byte[] bytes = _reader.ReadSection("TABL", "the page tables", heads * SavedPageTable.Words * sizeof(int));
        ReadOnlySpan<int> numbers = MemoryMarshal.Cast<byte, int>(bytes);
        for (int head = 0; head < heads; head++)
        {
            cancellation.ThrowIfCancellationRequested();
            ReadHead(
                cache, head / _shape.KeyValueHeads, head % _shape.KeyValueHeads, tables + head,
                SavedPageTable.Read(numbers.Slice(head * SavedPageTable.Words, SavedPageTable.Words)));
        }
    }

    /// <summary>Lets every tier read its sections.</summary>
    public void ReadTiers(ISavedTier[] tiers, int sequence, CancellationToken cancellation)
    {
        foreach (ISavedTier tier in tiers)
        {
            tier.Resume(sequence, _reader, cancellation);
        }
    }

    /// <summary>Reads the logits of the next token, and the end.</summary>
    public void ReadEnd(Span<byte> logits)
    {
        _reader.Begin("LOGI", "the logits", logits.Length);
        _reader.Read(logits, "the logits");
        _reader.End("the logits");
        _reader.ReadSection("DONE", "the end", 0);
    }

    /// <inheritdoc/>
    public void Dispose() => _reader.Dispose();

    private SavedCacheHeader ReadHeader()
    {
        try
        {
            return SavedCacheHeader.Parse(_reader.ReadSection("HEAD", "the header", -1, LargestHeader));
        }
        catch (JsonException error)
        {
            throw _reader.Wrong($"its header: {error.Message}", error);
        }
    }

    private void ReadHead(SequenceCache cache, int layer, int head, PageTable* table, SavedPageTable saved)
    {
        PageLayout layout = _pool.Layout;
        string place = $"the pages of layer {layer}, key-value head {head}";
        (int pages, int tokens) = (saved.Pages, saved.Tokens);
        if (pages < 0 || tokens < 0 || tokens > _shape.Context || tokens > (long)pages * layout.PageTokens || pages > _shape.Context || saved.Budget < 0)
        {
            throw _reader.Wrong($"{pages} pages of {tokens} tokens for {place}");
        }

        _reader.Begin("PAGE", place, (long)pages * layout.PageBytes);
        cache.Resize(layer, head, pages * layout.PageTokens);
        for (int page = 0; page < pages; page++)
        {
            _reader.Read(new Span<byte>(_pool.Address(table->Pages[page]), layout.PageBytes), place);
        }

        _reader.End(place);
        if (layout.CompressesFullPages)
        {
            place = $"the open page of layer {layer}, key-value head {head}";
            _reader.Begin("OPEN", place, layout.ResidualBytes);
            _reader.Read(new Span<byte>(table->Residual, layout.ResidualBytes), place);
            _reader.End(place);
        }

        if (layout.Pruned)
        {
            ReadChannels(table, $"the channels of layer {layer}, key-value head {head}");
        }

        table->Tokens = tokens;
        table->Budget = saved.Budget;
        table->RetainsWeights = saved.RetainsWeights;
    }

    private void ReadChannels(PageTable* table, string place)
    {
        byte[] bytes = _reader.ReadSection("CHAN", place, _pool.Layout.ChannelBytes);
        ReadOnlySpan<int> channels = MemoryMarshal.Cast<byte, int>(bytes);
        for (int i = 0, least = 0; i < channels.Length; i++)
        {
            if (channels[i] < least || channels[i] >= _pool.Layout.HeadDim)
            {
                throw _reader.Wrong($"{channels[i]} is no channel behind {least - 1} in {place}");
            }

            least = channels[i] + 1;
        }

        channels.CopyTo(new Span<int>(table->Channels, channels.Length));
    }
}
