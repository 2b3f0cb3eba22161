namespace KvCompose.Models.Tokenizers.Models;

/// <summary>The pairs that BPE joins, with rank and result. A hash table with open addressing, filled once.</summary>
internal sealed class MergeTable
{
    private readonly Entry[] _entries;
    private readonly int _shift;

    public MergeTable(int count)
    {
        int bits = 4;
        while (1L << bits < 2L * count)
        {
            bits++;
        }

        _entries = new Entry[1 << bits];
        _shift = 64 - bits;
    }

    /// <summary>Adds a pair; a later merge of the same pair takes the earlier one's place, as in the published library.</summary>
    public void Set(int left, int right, int rank, int joined)
    {
        int slot = Slot(left, right);
        while (_entries[slot].Used && (_entries[slot].Left != left || _entries[slot].Right != right))
        {
            slot = slot + 1 & _entries.Length - 1;
        }

        _entries[slot] = new Entry(left, right, rank, joined, Used: true);
    }

    /// <summary>Rank and result of a pair; a rank of int.MaxValue if it is never joined.</summary>
    public (int Rank, int Joined) Find(int left, int right)
    {
        for (int slot = Slot(left, right); ; slot = slot + 1 & _entries.Length - 1)
        {
            ref readonly Entry entry = ref _entries[slot];
            if (!entry.Used)
            {
                return (int.MaxValue, -1);
            }

            if (entry.Left == left && entry.Right == right)
            {
                return (entry.Rank, entry.Joined);
            }
        }
    }

    private int Slot(int left, int right)
        => (int)((((ulong)(uint)left << 32 | (uint)right) * 0x9E3779B97F4A7C15UL) >> _shift);

    private readonly record struct Entry(int Left, int Right, int Rank, int Joined, bool Used);
}
