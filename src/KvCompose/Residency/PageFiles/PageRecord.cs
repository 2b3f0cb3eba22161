using System.Numerics;
using System.Runtime.InteropServices;
using KvCompose.Residency.Pages;

namespace KvCompose.Residency.PageFiles;

/// <summary>
/// What stands before a page in a page file: whose it is, and two seals of which the one with the higher generation counts. A seal covers the tokens that
/// the page had when it was written, not the room after them. So a token can be added after a sealed page, and the next seal is written into the other
/// place: whenever the process ends, one seal and what it covers is whole.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = Bytes)]
internal unsafe struct PageRecord
{
    /// <summary>Bytes before the page.</summary>
    public const int Bytes = 64;

    [FieldOffset(0)]
    private PageOwner _owner;

    [FieldOffset(16)]
    private Seal _first;

    [FieldOffset(32)]
    private Seal _second;

    /// <summary>Whose page it is.</summary>
    public readonly PageOwner Owner => _owner;

    /// <summary>Seals the page's first tokens.</summary>
    /// <param name="record">The record; the page follows it.</param>
    /// <param name="layout">The page's layout.</param>
    /// <param name="owner">Whose page it is.</param>
    /// <param name="count">Its tokens.</param>
    /// <param name="generation">Higher than that of any seal before.</param>
    public static void Write(PageRecord* record, HostPageLayout layout, PageOwner owner, int count, long generation)
    {
        if (record->_owner != owner)
        {
            *record = default;
            record->_owner = owner;
        }

        Seal* seal = record->_first.Generation <= record->_second.Generation ? &record->_first : &record->_second;
        Volatile.Write(ref seal->Checksum, 0);
        seal->Count = count;
        seal->Generation = generation;
        Volatile.Write(ref seal->Checksum, Checksum(record, layout, seal));
    }

    /// <summary>The page holds nothing any more.</summary>
    public static void Erase(PageRecord* record) => *record = default;

    /// <summary>Whether the newest seal covers so many tokens, and they are what was written.</summary>
    public static bool Holds(PageRecord* record, HostPageLayout layout, PageOwner owner, int count)
    {
        Seal* seal = Newest(record);
        return record->_owner == owner && seal->Count == count && IsWhole(record, layout, seal);
    }

    /// <summary>Tokens and generation of the newest seal that is whole; no tokens where neither is.</summary>
    public static (int Count, long Generation) Whole(PageRecord* record, HostPageLayout layout)
    {
        Seal* seal = Newest(record);
        if (!IsWhole(record, layout, seal))
        {
            seal = seal == &record->_first ? &record->_second : &record->_first;
        }

        return IsWhole(record, layout, seal) ? (seal->Count, seal->Generation) : (0, 0);
    }

    /// <summary>Whether anything was ever sealed here.</summary>
    public static bool IsUsed(PageRecord* record) => record->_first.Generation != 0 || record->_second.Generation != 0;

    private static Seal* Newest(PageRecord* record)
        => record->_first.Generation >= record->_second.Generation ? &record->_first : &record->_second;

    private static bool IsWhole(PageRecord* record, HostPageLayout layout, Seal* seal)
        => seal->Generation > 0 && seal->Count is > 0 and <= HostPageLayout.Tokens && seal->Checksum == Checksum(record, layout, seal);

    private static uint Checksum(PageRecord* record, HostPageLayout layout, Seal* seal)
    {
        uint sum = BitOperations.Crc32C(uint.MaxValue, (ulong)seal->Generation);
        sum = BitOperations.Crc32C(sum, (uint)seal->Count);
        sum = BitOperations.Crc32C(sum, ((ulong)(uint)record->_owner.Sequence << 32) | (uint)record->_owner.Layer);
        sum = BitOperations.Crc32C(sum, (uint)record->_owner.Head);
        for (int slot = 0; slot < seal->Count; slot++)
        {
            sum = layout.Checksum((byte*)(record + 1), slot, sum);
        }

        // 0 says that a seal is being written.
        return sum == 0 ? 1 : sum;
    }

    private struct Seal
    {
        public long Generation;
        public int Count;
        public uint Checksum;
    }
}
