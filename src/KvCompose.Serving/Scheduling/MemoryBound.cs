namespace KvCompose.Serving.Scheduling;

/// <summary>Admission by memory: a request begins when what is held, what those who run may still need and what it may need stay within the bound.</summary>
/// <param name="lanes">All sessions.</param>
/// <param name="limit">The bound, in bytes.</param>
internal sealed class MemoryBound(IReadOnlyList<Lane> lanes, long limit)
{
    public long Limit => limit;

    /// <summary>Bytes that are held.</summary>
    public long Held => lanes.Sum(static lane => lane.BytesHeld);

    /// <summary>Makes room, by giving up kept sequences, the least recently used ones of the fullest session first.</summary>
    /// <param name="need">Bytes on top.</param>
    /// <returns>Whether there is room.</returns>
    public bool MakeRoom(long need)
    {
        while (Held + Promised() + need > limit)
        {
            Lane? fullest = lanes.Where(static lane => lane.Uses.Count > 0).MaxBy(static lane => lane.BytesHeld);
            if (fullest is null)
            {
                return false;
            }

            fullest.Evict();
        }

        return true;
    }

    /// <summary>Bytes that a request and its copies may come to need.</summary>
    /// <param name="job">The request, which has a sequence.</param>
    /// <param name="rest">Tokens of its prompt that the sequence lacks.</param>
    public static long Need(Job job, int rest)
    {
        long own = job.Lane.Session.MostGrowth(job.Slot, rest + job.MaxTokens);
        return own + job.Copies.Sum(copy => job.Lane.Session.MostGrowth(job.Slot, rest + copy.MaxTokens) + job.Lane.Session.ForkBytes(job.Slot, job.Prompt.Length));
    }

    /// <summary>Bytes that those who run may come to need on top of what they hold.</summary>
    private long Promised()
    {
        long promised = 0;
        foreach (Lane lane in lanes)
        {
            foreach (Job job in lane.Running)
            {
                promised += job.Decoding ? lane.Session.MostGrowth(job.Slot, job.Remaining) : job.Reserved;
            }
        }

        return promised;
    }
}
