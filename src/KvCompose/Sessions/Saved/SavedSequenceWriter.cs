using System.Runtime.InteropServices;
using KvCompose.Cache;
using KvCompose.Files;
using KvCompose.Residency;

namespace KvCompose.Sessions.Saved;

/// <summary>
/// Writes a sequence. Sections: header, page tables, per head its pages, residual and kept key channels, what each tier writes, logits, end.
/// </summary>
internal sealed unsafe class SavedSequenceWriter : IDisposable
{
    private readonly SectionWriter _writer;
    private readonly PageLayout _layout;
    private readonly PagePool _pool;
    private readonly byte[] _copy;

    /// <summary>Begins with the header.</summary>
    public SavedSequenceWriter(Stream stream, PagePool pool, SavedCacheHeader header)
    {
        _writer = new SectionWriter(stream);
        _pool = pool;
        _layout = pool.Layout;
        _copy = new byte[Math.Max(_layout.PageBytes, _layout.ResidualBytes)];
        _writer.WriteSection("HEAD", header.ToJson());
    }

    /// <summary>Takes further sections.</summary>
    public SectionWriter Sections => _writer;

    /// <summary>Writes page tables and pages.</summary>
    /// <param name="cache">The sequence.</param>
    /// <param name="heads">Key-value heads of all layers.</param>
    /// <param name="cancellation">Looked at between heads.</param>
    public void WritePages(SequenceCache cache, int heads, CancellationToken cancellation)
    {
        PageTable* tables = cache.Layer(0);
        var numbers = new int[heads * SavedPageTable.Words];
        for (int head = 0; head < heads; head++)
        {
            SavedPageTable.Of(tables[head]).CopyTo(numbers.AsSpan(head * SavedPageTable.Words));
        }

        _writer.WriteSection<int>("TABL", numbers);
        for (int head = 0; head < heads; head++)
        {
            cancellation.ThrowIfCancellationRequested();
            WriteHead(cache, tables + head);
        }
    }

    /// <summary>Lets every tier write its sections.</summary>
    public void WriteTiers(ISavedTier[] tiers, int sequence, CancellationToken cancellation)
    {
        foreach (ISavedTier tier in tiers)
        {
            tier.Save(sequence, _writer, cancellation);
        }
    }

    /// <summary>Writes the logits of the next token, and the end.</summary>
    public void WriteEnd(ReadOnlySpan<float> logits)
    {
        _writer.WriteSection("LOGI", MemoryMarshal.AsBytes(logits));
        _writer.WriteSection("DONE", ReadOnlySpan<byte>.Empty);
    }

    /// <inheritdoc/>
    public void Dispose() => _writer.Dispose();

    /// <summary>Writes the tokens of a head. Offsets without a token are zeros in the file, whatever is in memory.</summary>
    private void WriteHead(SequenceCache cache, PageTable* table)
    {
        _writer.Begin("PAGE", (long)table->PageCount * _layout.PageBytes);
        Span<byte> bytes = _copy.AsSpan(0, _layout.PageBytes);
        for (int page = 0; page < table->PageCount; page++)
        {
            int id = table->Pages[page];
            new ReadOnlySpan<byte>(_pool.Address(id), _layout.PageBytes).CopyTo(bytes);
            PagePadding.Clear(
                _layout, bytes,
                _layout.HasPerPageCounts ? *cache.CountAt(id) : Math.Clamp(table->Tokens - (page * _layout.PageTokens), 0, _layout.PageTokens));
            _writer.Write(bytes);
        }

        _writer.End();
        if (_layout.CompressesFullPages)
        {
            bytes = _copy.AsSpan(0, _layout.ResidualBytes);
            new ReadOnlySpan<byte>(table->Residual, _layout.ResidualBytes).CopyTo(bytes);
            PagePadding.ClearOpen(_layout, bytes, table->Tokens % _layout.PageTokens);
            _writer.WriteSection("OPEN", bytes);
        }

        if (_layout.Pruned)
        {
            _writer.WriteSection("CHAN", new ReadOnlySpan<int>(table->Channels, _layout.KeyChannels));
        }
    }
}
