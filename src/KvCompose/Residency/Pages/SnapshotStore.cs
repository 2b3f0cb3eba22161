namespace KvCompose.Residency.Pages;

/// <summary>
/// The current snapshot and those that readers still hold. Readers on any thread; one writer. Blocks that a published change
/// replaced go back to their pools when no reader can see them any more.
/// </summary>
internal sealed class SnapshotStore
{
    private readonly Lock _gate = new();
    private readonly Queue<(PageSnapshot Snapshot, List<(BlockPool Pool, int Block)> Replaced)> _retired = new();
    private PageSnapshot _current = new();
    private PageSnapshot? _spare;

    /// <summary>The current snapshot, for the writer.</summary>
    public PageSnapshot Current => _current;

    /// <summary>Takes the current snapshot for reading, until <see cref="Release"/>.</summary>
    public PageSnapshot Acquire()
    {
        lock (_gate)
        {
            _current.Readers++;
            return _current;
        }
    }

    /// <summary>Ends a reading.</summary>
    public void Release(PageSnapshot snapshot)
    {
        lock (_gate)
        {
            snapshot.Readers--;
        }
    }

    /// <summary>A copy of the current snapshot for the writer to change, in the memory of one that nobody can see any more.</summary>
    public PageSnapshot CopyCurrent()
    {
        PageSnapshot copy = _spare ?? new PageSnapshot();
        _spare = null;
        copy.CopyFrom(_current);
        return copy;
    }

    /// <summary>Makes a snapshot the current one.</summary>
    /// <param name="next">The new snapshot.</param>
    /// <param name="replaced">Blocks that only older snapshots refer to.</param>
    public void Publish(PageSnapshot next, List<(BlockPool Pool, int Block)> replaced)
    {
        lock (_gate)
        {
            _retired.Enqueue((_current, replaced));
            _current = next;
        }

        Reclaim();
    }

    // A block replaced by one snapshot may be seen by every older one: in order, from the oldest on.
    private void Reclaim()
    {
        while (_retired.TryPeek(out (PageSnapshot Snapshot, List<(BlockPool Pool, int Block)> Replaced) oldest))
        {
            lock (_gate)
            {
                if (oldest.Snapshot.Readers > 0)
                {
                    return;
                }
            }

            _spare = _retired.Dequeue().Snapshot;
            foreach ((BlockPool pool, int block) in oldest.Replaced)
            {
                pool.Return(block);
            }
        }
    }
}
