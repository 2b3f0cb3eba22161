namespace KvCompose.Reference.IceCache;

/// <summary>What one key-value head must load to hold a new selection of pages: kept pages stay in their slots.</summary>
/// <param name="Loads">Pages to load, in the order of the selection.</param>
/// <param name="Slots">The slot of each load, ascending.</param>
/// <param name="Resident">The page of every slot afterwards; −1 for an empty slot.</param>
public sealed record SlotDifference(int[] Loads, int[] Slots, int[] Resident)
{
    /// <summary>
    /// A selected page that is resident and clean keeps its slot. The others are loaded, in order, into the slots whose
    /// page is not selected or is dirty: what is not selected is evicted, nothing is remembered of its use.
    /// </summary>
    /// <param name="selected">Distinct pages, at most as many as there are slots.</param>
    /// <param name="resident">The page of every slot; −1 for an empty slot.</param>
    /// <param name="dirty">Whether a page changed since it was loaded.</param>
    /// <exception cref="ArgumentException">More pages than slots, or a page selected twice.</exception>
    public static SlotDifference Between(IReadOnlyList<int> selected, IReadOnlyList<int> resident, Func<int, bool> dirty)
    {
        if (selected.Count > resident.Count || selected.Distinct().Count() < selected.Count)
        {
            throw new ArgumentException($"{selected.Count} pages for {resident.Count} slots, or a page twice", nameof(selected));
        }

        int[] loads = [.. selected.Where(page => dirty(page) || !resident.Contains(page))];
        int[] open = [.. Enumerable.Range(0, resident.Count).Where(slot => resident[slot] < 0 || dirty(resident[slot]) || !selected.Contains(resident[slot]))];
        int[] after = [.. resident];
        for (int slot = loads.Length; slot < open.Length; slot++)
        {
            // A slot left over keeps its page, unless the page is one of those loaded elsewhere.
            after[open[slot]] = loads.Contains(after[open[slot]]) ? -1 : after[open[slot]];
        }

        for (int load = 0; load < loads.Length; load++)
        {
            after[open[load]] = loads[load];
        }

        return new SlotDifference(loads, open[..loads.Length], after);
    }
}
