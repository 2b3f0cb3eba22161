using KvCompose.Memory;
using KvCompose.Tiers.Disk;

namespace KvCompose.Retrieval;

/// <summary>
/// The retrieval index of one key-value head of one layer: its host pages of 16 tokens, and what is needed to choose among them for
/// a query. Pages are formed and ranked as <see cref="PageIndexSettings"/> says. An index begins empty and takes tokens by
/// <see cref="PageIndexBuilder"/> or by <see cref="Insert"/>, so tokens that leave the window of a short prompt are not lost either.
/// Readers (<see cref="PageReader"/>) may be on other threads than the one writer: they see the pages as they were when they began.
/// Source: Mao et al., "IceCache", ICLR 2026, arXiv 2604.10539; plain form: <c>KvCompose.Reference.IceCache.ClusteredIndex</c>.
/// </summary>
/// <remarks>
/// Equal keys are legal: they share one cell, whose pages are cut by token. A key that is not finite is refused by name
/// (<see cref="NonFiniteKeyException"/>) before anything changes; a query that is not finite ranks its pages last.
/// Results do not depend on the number of threads.
/// </remarks>
public sealed unsafe class PageIndex : IDisposable
{
    /// <summary>Pages that make a cell where pages are contiguous.</summary>
    internal const int ContiguousCellPages = 4;

    private readonly NativeFloats _tile;
    private PageInsertion? _insertion;

    /// <summary>Makes an empty index.</summary>
    /// <param name="headDim">d, a multiple of 16 from 16 to 256.</param>
    /// <param name="settings">How pages are formed and ranked.</param>
    /// <param name="format">How keys and values are stored; what is ranked is what is stored.</param>
    /// <param name="memory">Where bytes are counted; heads may share it.</param>
    /// <param name="file">Where pages are that memory has no room for; heads may share it. Disposed after the index.</param>
    /// <param name="owner">Whose pages these are.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside its range.</exception>
    public PageIndex(
        int headDim, PageIndexSettings settings, HostPageFormat format = HostPageFormat.Fp32, HostMemory? memory = null, PageFile? file = null,
        PageOwner owner = default)
    {
        settings.Validate();
        Settings = settings;
        Layout = new HostPageLayout(headDim, format);
        Digests = new PageDigests(headDim, settings.Ranking);
        Landmarks = new Landmarks(headDim, settings.Promotion);
        memory ??= new HostMemory();
        File = file;
        Owner = owner;
        PageBlocks = new BlockPool(Layout.Bytes, memory, file);
        DigestBlocks = new BlockPool(Digests.Floats * sizeof(float), file?.Digests ?? memory);
        _tile = new NativeFloats(headDim * HostPageLayout.Tokens);
    }

    /// <summary>How pages are formed and ranked.</summary>
    public PageIndexSettings Settings { get; }

    /// <summary>d.</summary>
    public int HeadDim => Layout.HeadDim;

    /// <summary>How keys and values are stored.</summary>
    public HostPageFormat Format => Layout.Format;

    /// <summary>Tokens that the index holds.</summary>
    public int Tokens => Snapshots.Current.Tokens;

    /// <summary>Pages that hold a token.</summary>
    public int Pages => Snapshots.Current.LivePages;

    /// <summary>Share of the places of its pages that hold a token; 1 for an empty index.</summary>
    public double Fill => Tokens == 0 ? 1 : Tokens / ((double)PageIndexSettings.PageTokens * Pages);

    /// <summary>Where pages are that memory has no room for, or null.</summary>
    internal PageFile? File { get; }

    /// <summary>Whose pages these are.</summary>
    internal PageOwner Owner { get; }

    internal HostPageLayout Layout { get; }

    internal PageDigests Digests { get; }

    internal Landmarks Landmarks { get; }

    internal SnapshotStore Snapshots { get; } = new();

    internal BlockPool PageBlocks { get; }

    internal BlockPool DigestBlocks { get; }

    /// <summary>M of the key transform: no less than any squared norm.</summary>
    internal float Bound { get; set; }

    /// <summary>Takes tokens that leave the window, at most 16 at once. All of them are taken, or none.</summary>
    /// <returns>Pages whose content is new or changed.</returns>
    /// <exception cref="ArgumentException">More than 16 tokens.</exception>
    /// <exception cref="NonFiniteKeyException">A key is not finite.</exception>
    /// <exception cref="HostTierFullException">The pages do not fit into the limit.</exception>
    /// <exception cref="PageFileException">The page file is full or was cut short.</exception>
    public int Insert(in KeySource source) => (_insertion ??= new PageInsertion(this)).Insert(source);

    /// <summary>Begins reading the pages as they are now.</summary>
    public PageReader Read() => new(this);

    /// <summary>Frees the pages. Nobody may be reading.</summary>
    public void Dispose()
    {
        _insertion?.Dispose();
        Landmarks.Dispose();
        PageBlocks.Dispose();
        DigestBlocks.Dispose();
        _tile.Dispose();
    }

    /// <summary>Digests the first keys of a page as they are stored.</summary>
    internal void ComputeDigest(byte* page, int count, float* digest) => ComputeDigest(page, count, digest, _tile.Pointer);

    /// <inheritdoc cref="ComputeDigest(byte*, int, float*)"/>
    internal void ComputeDigest(byte* page, int count, float* digest, float* tile)
    {
        Layout.ReadKeys(page, tile);
        Digests.Compute(tile, count, Bound, digest);
    }

    /// <summary>Mean and spread of a cell's keys from the digests of its pages.</summary>
    internal void ComputeCellDigest(PageSnapshot pages, int cell)
    {
        var digest = (float*)DigestBlocks.Address(pages.CellDigests[cell]);
        new Span<float>(digest, Digests.Floats).Clear();
        int tokens = 0;
        for (int page = pages.CellFirst[cell]; page >= 0; page = pages.Next[page])
        {
            tokens += pages.Counts[page];
            KeyMath.Add(digest, (float*)DigestBlocks.Address(pages.Digests[page]), pages.Counts[page], HeadDim);
        }

        if (tokens == 0)
        {
            return;
        }

        for (int i = 0; i < HeadDim; i++)
        {
            digest[i] /= tokens;
        }

        float spread = 0;
        for (int page = pages.CellFirst[cell]; page >= 0; page = pages.Next[page])
        {
            var own = (float*)DigestBlocks.Address(pages.Digests[page]);
            float radius = *Digests.Radius(own);
            spread += pages.Counts[page] * ((radius * radius) + KeyMath.SquaredDistance(own, digest, HeadDim));
        }

        *Digests.Radius(digest) = MathF.Sqrt(spread / tokens);
    }

    /// <summary>Finds the first element that makes a key's squared norm no number.</summary>
    internal static NonFiniteKeyException NotFinite(float* row, int headDim, int position)
    {
        for (int i = 0; i < headDim; i++)
        {
            if (!float.IsFinite(row[i]))
            {
                return new NonFiniteKeyException(position, i, row[i]);
            }
        }

        return new NonFiniteKeyException(position, -1, float.PositiveInfinity);
    }
}
