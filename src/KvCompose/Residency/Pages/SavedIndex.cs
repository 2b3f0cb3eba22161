using System.Runtime.InteropServices;
using KvCompose.Files;

namespace KvCompose.Residency.Pages;

/// <summary>
/// An index in a saved cache, as it stands: ids, cells, landmarks, digests and pages. Built again from its keys it would be another one, since cells remember in
/// which order tokens came.
/// </summary>
internal static unsafe class SavedIndex
{
    private const int Numbers = 9;
    private const int LinesOfIds = 4;
    private const int LinesOfCells = 2;

    /// <summary>Writes an index that nobody changes meanwhile.</summary>
    /// <exception cref="PageFileException">A page comes from a file, which does not hold what was written.</exception>
    public static void Write(SectionWriter writer, PageIndex index, CancellationToken cancellation)
    {
        using PageReader reader = index.Read();
        PageSnapshot pages = reader.Snapshot;
        ClusterCentroids landmarks = index.ClusterCentroids;
        writer.WriteSection<int>(
            "INDX",
            [
                pages.Ids, pages.Tokens, pages.LivePages, pages.Cells, pages.UsedCells, pages.FirstFreeId, index.LayersHeld, landmarks.Count,
                BitConverter.SingleToInt32Bits(index.Bound),
            ]);
        PageEntry[] entries = pages.Pages.ToArray();
        CellEntry[] cells = pages.CellEntries.ToArray();
        writer.WriteSection<int>(
            "PIDS",
            [
                .. pages.Counts.ToArray().Select(static count => (int)count), .. entries.Select(static page => page.Cell),
                .. entries.Select(static page => page.Next), .. entries.Select(static page => page.Version),
            ]);
        writer.WriteSection<int>("CELL", [.. cells.Select(static cell => cell.First), .. cells.Select(static cell => cell.Formed)]);
        WriteLandmarks(writer, landmarks, index.HeadDim);
        WriteDigests(writer, index, pages);
        for (int layer = 0; layer < index.LayersHeld; layer++)
        {
            cancellation.ThrowIfCancellationRequested();
            WritePages(writer, index, reader, layer);
        }
    }

    /// <summary>Fills an empty index with one that was saved.</summary>
    /// <param name="reader">Has the sections.</param>
    /// <param name="place">What they hold, for messages.</param>
    /// <param name="index">The index.</param>
    /// <param name="mostTokens">Tokens that a sequence may have.</param>
    /// <param name="cancellation">Ends the reading.</param>
    /// <exception cref="HostTierFullException">The pages do not fit into the limit; what was read is in the index.</exception>
    /// <exception cref="PageFileException">The page file is full; what was read is in the index.</exception>
    public static void Read(SectionReader reader, string place, PageIndex index, int mostTokens, CancellationToken cancellation)
    {
        Span<int> numbers = stackalloc int[Numbers];
        reader.ReadSection("INDX", place, numbers);
        (int ids, int cells, int layers, int landmarks) = (numbers[0], numbers[3], numbers[6], numbers[7]);
        if ((uint)ids > (uint)mostTokens || (uint)cells > (uint)mostTokens || layers < 1 || layers > index.Layers || (uint)landmarks > (uint)cells)
        {
            throw reader.Wrong($"{ids} pages in {cells} cells with {landmarks} landmarks, of {layers} layers, for {place}");
        }

        PageSnapshot pages = ReadIds(reader, place, ids, cells, numbers[5]);
        Require(reader, place, pages, numbers[1], numbers[2], numbers[4]);
        index.LayersHeld = layers;
        index.Bound = BitConverter.Int32BitsToSingle(numbers[8]);
        ReadLandmarks(reader, place, index, landmarks);
        TakeBlocks(index, pages);
        ReadDigests(reader, place, index, pages);
        for (int layer = 0; layer < layers; layer++)
        {
            cancellation.ThrowIfCancellationRequested();
            ReadPages(reader, place, index, pages, layer);
        }

        index.Snapshots.Publish(pages, []);
    }

    private static PageSnapshot ReadIds(SectionReader reader, string place, int ids, int cells, int firstFreeId)
    {
        var ofIds = new int[LinesOfIds * ids];
        reader.ReadSection<int>("PIDS", place, ofIds);
        var ofCells = new int[LinesOfCells * cells];
        reader.ReadSection<int>("CELL", place, ofCells);
        return PageSnapshot.Restore(
            [.. ofIds[..ids].Select(static count => (byte)Math.Clamp(count, 0, byte.MaxValue))],
            [
                .. Enumerable.Range(0, ids).Select(
                    page => new PageEntry { Cell = ofIds[ids + page], Next = ofIds[(2 * ids) + page], Version = ofIds[(3 * ids) + page] }),
            ],
            [.. Enumerable.Range(0, cells).Select(cell => new CellEntry { First = ofCells[cell], Formed = ofCells[cells + cell] })],
            firstFreeId);
    }

    /// <summary>Nothing leads out of the arrays, and the sums are those of the parts.</summary>
    private static void Require(SectionReader reader, string place, PageSnapshot pages, int tokens, int livePages, int usedCells)
    {
        PageEntry[] entries = pages.Pages.ToArray();
        CellEntry[] cells = pages.CellEntries.ToArray();
        IEnumerable<int> ids = entries.Select(static page => page.Next).Append(pages.FirstFreeId).Concat(cells.Select(static cell => cell.First));
        bool whole = !pages.Counts.ContainsAnyExceptInRange((byte)0, (byte)PageIndexSettings.PageTokens)
            && (pages.Tokens, pages.LivePages, pages.UsedCells) == (tokens, livePages, usedCells)
            && ids.All(id => id >= -1 && id < pages.Ids)
            && Enumerable.Range(0, pages.Ids).All(page => pages.Counts[page] == 0 || (uint)entries[page].Cell < (uint)pages.Cells);
        if (!whole)
        {
            throw reader.Wrong($"{place} do not hang together");
        }
    }

    private static void WriteLandmarks(SectionWriter writer, ClusterCentroids landmarks, int headDim)
    {
        writer.Begin("LAND", (long)landmarks.Count * (headDim + 1) * sizeof(float));
        for (int landmark = 0; landmark < landmarks.Count; landmark++)
        {
            float lift = landmarks.Lift(landmark);
            writer.Write(MemoryMarshal.AsBytes(new ReadOnlySpan<float>(landmarks.Key(landmark), headDim)));
            writer.Write(MemoryMarshal.AsBytes(new ReadOnlySpan<float>(in lift)));
        }

        writer.End();
    }

    private static void ReadLandmarks(SectionReader reader, string place, PageIndex index, int landmarks)
    {
        var row = new float[index.HeadDim + 1];
        reader.Begin("LAND", place, (long)landmarks * row.Length * sizeof(float));
        for (int landmark = 0; landmark < landmarks; landmark++)
        {
            reader.Read(MemoryMarshal.AsBytes(row.AsSpan()), place);
            fixed (float* key = row)
            {
                index.ClusterCentroids.Add(key, row[^1]);
            }
        }

        reader.End(place);
        index.ClusterCentroids.Commit();
    }

    /// <summary>Blocks of all that a page or a cell needs; ids that are free have none.</summary>
    private static void TakeBlocks(PageIndex index, PageSnapshot pages)
    {
        for (int page = 0; page < pages.Ids; page++)
        {
            if (pages.Counts[page] > 0)
            {
                ref PageEntry entry = ref pages.Change(page);
                entry.Digest = index.DigestBlocks.Take();
                foreach (BlockPool pool in index.PageBlocks)
                {
                    entry.Block = pool.Take();
                }
            }
        }

        for (int cell = 0; cell < pages.Cells; cell++)
        {
            pages.ChangeCell(cell).Digest = index.DigestBlocks.Take();
        }
    }

    private static IEnumerable<int> DigestsOf(PageSnapshot pages)
        => Enumerable.Range(0, pages.Ids).Where(page => pages.Counts[page] > 0).Select(page => pages.Pages[page].Digest)
            .Concat(Enumerable.Range(0, pages.Cells).Select(cell => pages.CellEntries[cell].Digest));

    private static void WriteDigests(SectionWriter writer, PageIndex index, PageSnapshot pages)
    {
        int[] blocks = [.. DigestsOf(pages)];
        var copy = new float[index.Digests.Floats];
        writer.Begin("DIGS", (long)blocks.Length * copy.Length * sizeof(float));
        foreach (int block in blocks)
        {
            new ReadOnlySpan<float>((float*)index.DigestBlocks.Address(block), copy.Length).CopyTo(copy);
            index.Digests.ClearUnused(copy);
            writer.Write(MemoryMarshal.AsBytes(copy.AsSpan()));
        }

        writer.End();
    }

    private static void ReadDigests(SectionReader reader, string place, PageIndex index, PageSnapshot pages)
    {
        int[] blocks = [.. DigestsOf(pages)];
        reader.Begin("DIGS", place, (long)blocks.Length * index.Digests.Floats * sizeof(float));
        foreach (int block in blocks)
        {
            reader.Read(MemoryMarshal.AsBytes(new Span<float>((float*)index.DigestBlocks.Address(block), index.Digests.Floats)), place);
        }

        reader.End(place);
    }

    /// <summary>The tokens of the pages; places without one are zeros, whatever is in memory.</summary>
    private static void WritePages(SectionWriter writer, PageIndex index, PageReader reader, int layer)
    {
        PageSnapshot pages = reader.Snapshot;
        var copy = new byte[index.Layout.Bytes];
        writer.Begin("PAGS", (long)pages.LivePages * copy.Length);
        fixed (byte* target = copy)
        {
            for (int page = 0; page < pages.Ids; page++)
            {
                if (pages.Counts[page] == 0)
                {
                    continue;
                }

                reader.Verify(page, layer);
                Array.Clear(copy);
                for (int slot = 0; slot < pages.Counts[page]; slot++)
                {
                    index.Layout.CopyToken(reader.Block(page, layer), slot, target, slot);
                }

                writer.Write(copy);
            }
        }

        writer.End();
    }

    private static void ReadPages(SectionReader reader, string place, PageIndex index, PageSnapshot pages, int layer)
    {
        BlockPool pool = index.PageBlocks[layer];
        reader.Begin("PAGS", place, (long)pages.LivePages * index.Layout.Bytes);
        for (int page = 0; page < pages.Ids; page++)
        {
            if (pages.Counts[page] > 0)
            {
                byte* block = pool.Address(pages.Pages[page].Block);
                reader.Read(new Span<byte>(block, index.Layout.Bytes), place);
                if (pool.IsInFile(pages.Pages[page].Block))
                {
                    index.File!.Seal(block, index.OwnerOf(layer), pages.Counts[page]);
                }
            }
        }

        reader.End(place);
    }
}
