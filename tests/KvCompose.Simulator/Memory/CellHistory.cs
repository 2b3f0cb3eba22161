namespace KvCompose.Simulation;

/// <summary>
/// Who used one element of shared memory since the last group barrier. Two accesses clash when their threads differ, one of
/// them writes and not both are atomic.
/// </summary>
internal struct CellHistory
{
    private const int Several = -2;
    private const int Nobody = -1;

    private int _epoch;
    private int _writer;
    private int _reader;
    private int _atomic;

    /// <summary>Whether any thread of the group ever wrote the element.</summary>
    public bool Written { get; private set; }

    /// <summary>The other thread that a plain read clashes with, or -1; -2 for several.</summary>
    public int Read(int thread, int epoch)
    {
        Enter(epoch);
        _reader = Join(_reader, thread);
        return Other(_writer, thread) ?? Other(_atomic, thread) ?? Nobody;
    }

    /// <summary>The other thread that a plain write clashes with, or -1; -2 for several.</summary>
    public int Write(int thread, int epoch)
    {
        Enter(epoch);
        Written = true;
        int? other = Other(_writer, thread) ?? Other(_reader, thread) ?? Other(_atomic, thread);
        _writer = Join(_writer, thread);
        return other ?? Nobody;
    }

    /// <summary>The other thread that an atomic operation clashes with, or -1; -2 for several.</summary>
    public int Atomic(int thread, int epoch)
    {
        Enter(epoch);
        _atomic = Join(_atomic, thread);
        return Other(_writer, thread) ?? Other(_reader, thread) ?? Nobody;
    }

    private static int Join(int known, int thread) => known == Nobody || known == thread ? thread : Several;

    private static int? Other(int known, int thread) => known == Nobody || known == thread ? null : known;

    private void Enter(int epoch)
    {
        if (_epoch != epoch)
        {
            _epoch = epoch;
            _writer = _reader = _atomic = Nobody;
        }
    }
}
