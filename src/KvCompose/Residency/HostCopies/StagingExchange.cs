namespace KvCompose.Residency.HostCopies;

/// <summary>
/// Who may touch which of two staging buffers: a session asks for tokens and puts them into use, a worker fetches them in between.
/// Every change of hands is one atomic step, so neither ever sees what the other is still writing.
/// </summary>
/// <remarks>
/// <code>
/// Free ──Submit──▶ Requested ──TryBegin──▶ Filling ──TryPublish──▶ Ready ──TryTake──▶ Reading ──Release──▶ Free
///                      │                     │   └──Fail──▶ Failed ──Forget──▶ Free
///                      └──Withdraw──▶ Free   └──Withdraw──▶ Withdrawn ──TryPublish, Fail──▶ Free
/// </code>
/// The session writes and reads a buffer that is free or being read; the worker one that is being filled. A session that would wait for a request
/// may take the worker's part, if the worker has not begun.
/// </remarks>
internal sealed class StagingExchange
{
    /// <summary>Buffers: one is filled while the other is put into use.</summary>
    public const int Buffers = 2;

    private readonly int[] _states = new int[Buffers];

    private enum State
    {
        Free,
        Requested,
        Filling,
        Ready,
        Reading,
        Failed,
        Withdrawn,
    }

    /// <summary>Session: a buffer that nobody uses, or −1. It stays the session's until it is submitted.</summary>
    public int FindFree()
    {
        for (int buffer = 0; buffer < Buffers; buffer++)
        {
            if (Read(buffer) == State.Free)
            {
                return buffer;
            }
        }

        return -1;
    }

    /// <summary>Session: hands a free buffer, in which the request is written, to the worker.</summary>
    public void Submit(int buffer) => Require(buffer, State.Free, State.Requested);

    /// <summary>Session: takes a request back. True when the buffer is free at once; otherwise the worker frees it at its next look.</summary>
    public bool Withdraw(int buffer)
    {
        while (true)
        {
            State now = Read(buffer);
            switch (now)
            {
                case State.Free:
                    return true;
                case State.Filling:
                    if (TryMove(buffer, now, State.Withdrawn))
                    {
                        return false;
                    }

                    break;
                case State.Withdrawn:
                    return false;
                default:
                    // The worker may begin in between; then the loop sees it filling.
                    if (TryMove(buffer, now, State.Free))
                    {
                        return true;
                    }

                    break;
            }
        }
    }

    /// <summary>Session: begins to read a buffer that is ready.</summary>
    public bool TryTake(int buffer) => TryMove(buffer, State.Ready, State.Reading);

    /// <summary>Session: is done with a buffer that it took.</summary>
    public void Release(int buffer) => Require(buffer, State.Reading, State.Free);

    /// <summary>Session: frees a buffer whose request failed; false when it did not fail.</summary>
    public bool Forget(int buffer) => TryMove(buffer, State.Failed, State.Free);

    /// <summary>Whether a request is on its way: neither fetched nor failed nor withdrawn for good.</summary>
    public bool IsUnderWay(int buffer) => Read(buffer) is State.Requested or State.Filling or State.Withdrawn;

    /// <summary>Worker: begins to fill a buffer; false when the request was withdrawn.</summary>
    public bool TryBegin(int buffer) => TryMove(buffer, State.Requested, State.Filling);

    /// <summary>Worker: whether the buffer that it fills is not wanted any more.</summary>
    public bool IsWithdrawn(int buffer) => Read(buffer) == State.Withdrawn;

    /// <summary>Worker: hands a filled buffer over; false when it was withdrawn, and then it is free.</summary>
    public bool TryPublish(int buffer) => LeaveFilling(buffer, State.Ready);

    /// <summary>Worker: gives a buffer back that could not be filled.</summary>
    public void Fail(int buffer) => LeaveFilling(buffer, State.Failed);

    private bool LeaveFilling(int buffer, State next)
    {
        if (TryMove(buffer, State.Filling, next))
        {
            return true;
        }

        Require(buffer, State.Withdrawn, State.Free);
        return false;
    }

    private State Read(int buffer) => (State)Volatile.Read(ref _states[buffer]);

    private bool TryMove(int buffer, State from, State to)
        => Interlocked.CompareExchange(ref _states[buffer], (int)to, (int)from) == (int)from;

    private void Require(int buffer, State from, State to)
    {
        if (!TryMove(buffer, from, to))
        {
            throw new InvalidOperationException($"buffer {buffer} is {Read(buffer)}, expected {from}");
        }
    }
}
