using System.Text.Json;
using KvCompose.Conformance.Comparing;
using KvCompose.Conformance.Reading;
using KvCompose.Reference.IceCache;

namespace KvCompose.Conformance.Kinds.IceCache;

/// <summary>Which pages are loaded into which slots when the selection of each key-value head changes.</summary>
public sealed class PageDiffKind : NamedKind
{
    /// <inheritdoc/>
    public override string Name => "page_diff";

    /// <inheritdoc/>
    protected override void Check(JsonElement @case)
    {
        for (int head = 0; head < @case.List("new").Length; head++)
        {
            int[] selected = Row("new");
            int[] current = Row("current");
            int[] dirty = Row("dirty_new");
            int[] slotOf = Row("page_to_slot_before");
            int firstSlot = slotOf[current[0]];
            var dirtyPages = new HashSet<int>(selected.Where((_, i) => dirty[i] != 0));
            SlotDifference difference = SlotDifference.Between(selected, current, dirtyPages.Contains);
            Expect.Equal<int>(WithoutPadding(Row("recall")), difference.Loads, $"recall of head {head}");
            Expect.Equal<int>(WithoutPadding(Row("evict_slots")), [.. difference.Slots.Select(slot => slot + firstSlot)], $"evict_slots of head {head}");
            Expect.Equal<int>(Row("current_after"), difference.Resident, $"current_after of head {head}");
            var after = new int[slotOf.Length];
            Array.Fill(after, -1);
            for (int slot = 0; slot < difference.Resident.Length; slot++)
            {
                after[difference.Resident[slot]] = slot + firstSlot;
            }

            Expect.Equal<int>(Row("page_to_slot_after"), after, $"page_to_slot_after of head {head}");

            int[] Row(string name) => @case.List(name)[head].AsInts(name);
        }
    }

    private static int[] WithoutPadding(int[] values) => [.. values.TakeWhile(value => value >= 0)];
}
