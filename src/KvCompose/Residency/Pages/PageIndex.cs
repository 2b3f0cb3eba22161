using System.ComponentModel;
using System.Runtime.CompilerServices;
using KvCompose.Memory;
using KvCompose.Residency.PageFiles;

namespace KvCompose.Residency.Pages;

/// <summary>
/// The retrieval index of one key-value head of one layer: its host pages of 16 tokens, and what is needed to choose among them for
/// a query. Pages are formed and ranked as <see cref="PageIndexSettings"/> says. An index begins empty and takes tokens by
/// <see cref="PageIndexBuilder"/> or by <see cref="Insert"/>, so tokens that leave the window of a short prompt are not lost either.
/// Readers (<see cref="PageReader"/>) may be on other threads than the one writer: they see the pages as they were when they began.
/// An index may hold the tokens of several layers: pages are formed and ranked by the keys of the first, and the others keep theirs in the same pages and slots.
/// Source: Mao et al., "IceCache", ICLR 2026, arXiv 2604.10539; plain form: <c>KvCompose.Reference.IceCache.ClusteredIndex</c>.
/// </summary>
/// <remarks>
/// Equal keys are legal: they share one cell, whose pages are cut by token. A key that is not finite is refused by name
/// (<see cref="NonFiniteKeyException"/>) before anything changes; a query that is not finite ranks its pages last.
/// Results do not depend on the number of threads.
/// </remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed unsafe class PageIndex : IDisposable
{
    /// <summary>Pages that make a cell where pages are contiguous.</summary>
    internal const int ContiguousCellPages = 4;

    private readonly NativeFloats _tile;
    private readonly PageOwner _owner;
    private PageInsertion? _insertion;

    /// <summary>Makes an empty index.</summary>
    /// <param name="headDim">d, a multiple of 16 from 16 to 512.</param>
    /// <param name="settings">How pages are formed and ranked.</param>
    /// <param name="format">How keys and values are stored; what is ranked is what is stored.</param>
    /// <param name="memory">Where bytes are counted; heads may share it.</param>
    /// <param name="file">Where pages are that memory has no room for; heads may share it. Disposed after the index.</param>
    /// <param name="owner">Whose pages these are; of several layers, the first.</param>
    /// <param name="layers">Layers that share the pages, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside its range.</exception>
    public PageIndex(
        int headDim, PageIndexSettings settings, HostPageFormat format = HostPageFormat.Fp32, HostMemory? memory = null, PageFile? file = null,
        PageOwner owner = default, int layers = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(layers, 1);
        settings.Validate();
        Settings = settings;
        Layout = new HostPageLayout(headDim, format);
        Digests = new PageDigests(headDim, settings.Ranking);
        ClusterCentroids = new ClusterCentroids(headDim, settings.Promotion);
        memory ??= new HostMemory();
        File = file;
        _owner = owner;
        PageBlocks = new BlockPool[layers];
        for (int layer = 0; layer < layers; layer++)
        {
            PageBlocks[layer] = new BlockPool(Layout.Bytes, memory, file);
        }

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

    /// <summary>Layers that share the pages.</summary>
    public int Layers => PageBlocks.Length;

    /// <summary>Layers whose tokens are in the pages: all of them, but while an index of several is built.</summary>
    internal int LayersHeld { get; set; } = 1;

    internal HostPageLayout Layout { get; }

    internal PageDigests Digests { get; }

    internal ClusterCentroids ClusterCentroids { get; }

    internal SnapshotStore Snapshots { get; } = new();

    /// <summary>The blocks of each layer's pages; a page has the same number in all of them.</summary>
    internal BlockPool[] PageBlocks { get; }

    internal BlockPool DigestBlocks { get; }

    /// <summary>M of the key transform: no less than any squared norm.</summary>
    internal float Bound { get; set; }

    /// <summary>Takes tokens that leave the window, at most 16 at once. All of them are taken, or none.</summary>
    /// <returns>Pages whose content is new or changed.</returns>
    /// <exception cref="ArgumentException">More than 16 tokens.</exception>
    /// <exception cref="NonFiniteKeyException">A key is not finite.</exception>
    /// <exception cref="HostTierFullException">The pages do not fit into the limit.</exception>
    /// <exception cref="PageFileException">The page file is full or was cut short.</exception>
    /// <exception cref="InvalidOperationException">The tokens of another layer are missing (<see cref="Stage"/>).</exception>
    public int Insert(in KeySource source) => Insertion.Insert(source);

    /// <summary>Hands over what another layer than the first has of the tokens that <see cref="Insert"/> takes next.</summary>
    /// <exception cref="ArgumentException">More than 16 tokens.</exception>
    /// <exception cref="NonFiniteKeyException">A key is not finite; nothing is handed over.</exception>
    internal void Stage(int layer, in KeySource source) => Insertion.Tokens.Stage(layer, source);

    /// <summary>Begins reading the pages as they are now.</summary>
    public PageReader Read() => new(this);

    /// <summary>Frees the pages. Nobody may be reading.</summary>
    public void Dispose()
    {
        _insertion?.Dispose();
        ClusterCentroids.Dispose();
        Array.ForEach(PageBlocks, static pool => pool.Dispose());
        DigestBlocks.Dispose();
        _tile.Dispose();
    }

    private PageInsertion Insertion => _insertion ??= new PageInsertion(this);

    /// <summary>Whose the pages of a layer are.</summary>
    internal PageOwner OwnerOf(int layer) => _owner with { Layer = _owner.Layer + layer };

    /// <summary>The block that a token is in, of one layer.</summary>
    internal byte* BlockOf(PageMember member, int layer)
        => member.Block == PageMember.Staged ? Insertion.Tokens.Staged(layer) : PageBlocks[layer].Address(member.Block);

    /// <summary>The digest of a page.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal float* DigestOf(in PageEntry page) => (float*)DigestBlocks.Address(page.Digest);

    /// <summary>The digest of a cell.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal float* DigestOf(in CellEntry cell) => (float*)DigestBlocks.Address(cell.Digest);

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
        float* digest = DigestOf(pages.CellEntries[cell]);
        new Span<float>(digest, Digests.Floats).Clear();
        int tokens = 0;
        for (int page = pages.FirstOf(cell); page >= 0; page = pages.NextOf(page))
        {
            tokens += pages.Counts[page];
            KeyKernels.Add(digest, DigestOf(pages.Pages[page]), pages.Counts[page], HeadDim);
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
        for (int page = pages.FirstOf(cell); page >= 0; page = pages.NextOf(page))
        {
            float* own = DigestOf(pages.Pages[page]);
            float radius = *Digests.Radius(own);
            spread += pages.Counts[page] * ((radius * radius) + KeyKernels.SquaredDistance(own, digest, HeadDim));
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
