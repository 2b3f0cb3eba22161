using System.Numerics;
using KvCompose.Numerics;

namespace KvCompose.Residency.HostCopies;

/// <summary>Which rows of the prompt lie in the slots that the prompt took in a copy.</summary>
internal sealed class ResidentSlots
{
    private readonly int[] _rows;
    private readonly ulong[] _resident;

    /// <summary>After the prompt: everything but what left, ascending.</summary>
    /// <param name="tokens">Rows of the prompt, n.</param>
    /// <param name="left">Rows that left, ascending.</param>
    public ResidentSlots(int tokens, ReadOnlySpan<int> left)
    {
        _rows = new int[tokens - left.Length];
        _resident = new ulong[TopMask.Words(tokens)];
        int slot = 0, gone = 0;
        for (int row = 0; row < tokens; row++)
        {
            if (gone < left.Length && left[gone] == row)
            {
                gone++;
                continue;
            }

            _rows[slot++] = row;
            _resident[row >> 6] |= 1UL << row;
        }
    }

    private ResidentSlots(int[] rows, ulong[] resident) => (_rows, _resident) = (rows, resident);

    /// <summary>The row of every slot.</summary>
    public ReadOnlySpan<int> Rows => _rows;

    /// <summary>Slots, c: as many rows as are wanted at any time.</summary>
    public int Capacity => _rows.Length;

    /// <summary>Words of a mask over the rows.</summary>
    public int Words => _resident.Length;

    /// <summary>As they were when they were saved.</summary>
    /// <param name="tokens">Rows of the prompt, n.</param>
    /// <param name="rows">The row of every slot; each once.</param>
    public static ResidentSlots Holding(int tokens, int[] rows)
    {
        var resident = new ulong[TopMask.Words(tokens)];
        foreach (int row in rows)
        {
            resident[row >> 6] |= 1UL << row;
        }

        return new ResidentSlots(rows, resident);
    }

    /// <summary>Whether a row is resident.</summary>
    public bool Holds(int row) => (_resident[row >> 6] >> row & 1) != 0;

    /// <summary>
    /// Lists what is wanted and not resident, each with the slot of a row that is resident and not wanted. Both ascend, so that
    /// neighbours go to neighbouring slots.
    /// </summary>
    /// <param name="copy">Written into the list.</param>
    /// <param name="wanted">As many rows as there are slots.</param>
    /// <param name="request">Receives the list.</param>
    public void Request(int copy, ReadOnlySpan<ulong> wanted, StagingBuffer request)
    {
        int slot = 0;
        for (int word = 0; word < wanted.Length; word++)
        {
            for (ulong missing = wanted[word] & ~_resident[word]; missing != 0; missing &= missing - 1)
            {
                while ((wanted[_rows[slot] >> 6] >> _rows[slot] & 1) != 0)
                {
                    slot++;
                }

                request.Add(new HostFetch(copy, (word * 64) + BitOperations.TrailingZeroCount(missing), slot++));
            }
        }
    }

    /// <summary>Puts a row in the place of another.</summary>
    public void Replace(int slot, int row)
    {
        int before = _rows[slot];
        _resident[before >> 6] &= ~(1UL << before);
        _resident[row >> 6] |= 1UL << row;
        _rows[slot] = row;
    }
}
