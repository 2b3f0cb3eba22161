using KvCompose.Files;
using KvCompose.Residency.PageFiles;

namespace KvCompose.Residency.Pages;

/// <summary>Paged retrieval in a saved cache: of every head which pages are brought in, and its index as it stands, pages in a file too.</summary>
public sealed unsafe partial class PageRetrievalTier : ISavedTier
{
    private const int Numbers = 4;

    /// <inheritdoc/>
    /// <exception cref="PageFileException">The page file was cut short, or a page is not what was written.</exception>
    public void Save(int sequence, SectionWriter writer, CancellationToken cancellation)
    {
        _file?.RequireWhole();
        foreach (PageOwner owner in Owners(sequence))
        {
            cancellation.ThrowIfCancellationRequested();
            PagedHead head = Head(owner);
            writer.WriteSection<int>("HEAD", [head.Index is null ? 0 : 1, head.Place, head.Permanent, head.Slots, .. head.Resident]);
            if (head is { Index: { } index, Place: 0 })
            {
                SavedIndex.Write(writer, index, cancellation);
            }
        }
    }

    /// <inheritdoc/>
    /// <exception cref="HostTierFullException">The pages do not fit into the host tier.</exception>
    /// <exception cref="PageFileException">The page file is full.</exception>
    public void Resume(int sequence, SectionReader reader, CancellationToken cancellation)
    {
        foreach (PageOwner owner in Owners(sequence))
        {
            cancellation.ThrowIfCancellationRequested();
            string place = $"the host pages of layer {owner.Layer}, key-value head {owner.Head}";
            int[] numbers = reader.ReadNumbers("HEAD", place, Numbers, Numbers + (2 * _context.Shape.Context));
            (bool paged, int before, int permanent, int slots) = (numbers[0] != 0, numbers[1], numbers[2], numbers[3]);
            PagedHead head = Head(owner);
            int expected = owner.Layer < _settings.DenseLayers ? 0 : _settings.PlaceInGroup(owner.Layer);
            if (paged && (owner.Layer < _settings.DenseLayers || before != expected || (before > 0 && Head(owner with { Layer = owner.Layer - before }).Index is null)))
            {
                throw reader.Wrong($"{place} are those of {before} layers before");
            }

            int pages = _context.Caches[sequence].Layer(owner.Layer)[owner.Head].PageCount;
            if (permanent < 1 || slots < 0 || permanent + slots > Math.Max(1, pages) || numbers.Length != Numbers + (2 * slots))
            {
                throw reader.Wrong($"{permanent} and {slots} of {pages} resident pages for {place}");
            }

            if (paged)
            {
                Open(head, owner);
            }

            head.Resume(permanent, numbers.AsSpan(Numbers, slots), numbers.AsSpan(Numbers + slots));
            if (paged && before == 0)
            {
                ReadIndex(reader, place, head, owner, cancellation);
            }
        }

        _file?.Flush();
    }

    private IEnumerable<PageOwner> Owners(int sequence)
        => from layer in Enumerable.Range(0, _context.Shape.Layers)
           from head in Enumerable.Range(0, _context.Shape.KeyValueHeads)
           select new PageOwner(sequence, layer, head);

    private void ReadIndex(SectionReader reader, string place, PagedHead head, PageOwner owner, CancellationToken cancellation)
    {
        try
        {
            SavedIndex.Read(reader, place, head.Index!, _context.Shape.Context, cancellation);
        }
        catch (HostTierFullException problem)
        {
            throw problem.At(owner.Layer, owner.Head);
        }

        RequireKnown(reader, place, head);
    }

    private static void RequireKnown(SectionReader reader, string place, PagedHead head)
    {
        using PageReader pages = head.Index!.Read();
        for (int slot = 0; slot < head.Slots; slot++)
        {
            if ((uint)head.PageOf(slot) >= (uint)pages.Ids)
            {
                throw reader.Wrong($"page {head.PageOf(slot)} is resident, but {place} end at {pages.Ids}");
            }
        }
    }
}
