using KvCompose.Models.Sampling;
using KvCompose.Serving.Measuring;
using KvCompose.Serving.Prefixes;

namespace KvCompose.Serving.Scheduling;

/// <summary>
/// What runs on the engine's thread: begins requests, steps all that are decoded together, and ends them. Between the layers of a prompt the others have
/// their turn: they step, and a much shorter prompt may begin.
/// </summary>
internal sealed class Scheduler
{
    private const int DeepestPrompts = 3; // prompts that are computed within each other
    private const int ShorterBy = 4;

    private readonly IReadOnlyList<Lane> _lanes;
    private readonly MemoryBound _memory;
    private readonly TimeProvider _time;
    private readonly ServingMetrics _metrics;
    private readonly Action _takeArrivals;
    private readonly int _maxRunning;
    private int _depth;
    private long _freed; // Requests that have given up what they held.

    public Scheduler(IReadOnlyList<Lane> lanes, ServingOptions options, TimeProvider time, ServingMetrics metrics, Action takeArrivals)
    {
        _lanes = lanes;
        _memory = new MemoryBound(lanes, options.MaxCacheBytes);
        _maxRunning = options.MaxRunning;
        _time = time;
        _metrics = metrics;
        _takeArrivals = takeArrivals;
    }

    public RequestQueue Queue { get; } = new();

    public MemoryBound Memory => _memory;

    /// <summary>Decode steps so far.</summary>
    public long Steps { get; private set; }

    public int Running => _lanes.Sum(static lane => lane.Running.Count);

    /// <summary>Begins at most one request, and steps the others once.</summary>
    /// <returns>Whether there was anything to do.</returns>
    public bool RunOnce()
    {
        DropGone();
        bool begun = Begin(int.MaxValue);
        return StepAll() || begun;
    }

    /// <summary>Ends everything.</summary>
    public void EndAll(Func<Exception> reason)
    {
        foreach (Job job in Queue.RemoveWhere(static _ => true))
        {
            EndWaiting(job, reason());
        }

        foreach (Lane lane in _lanes)
        {
            foreach (Job job in lane.Running.ToArray())
            {
                End(job, reason());
            }
        }
    }

    /// <summary>The request of a handle, if it is decoded.</summary>
    public Job? Find(Generation handle) => _lanes.SelectMany(static lane => lane.Running).FirstOrDefault(job => job.Handle == handle
        && job.Decoding);

    private bool Begin(int shorterThan)
    {
        // Who is next in a pipeline waits for places, and who is next of all waits for memory; those behind do not overtake.
        var full = new HashSet<Lane>();
        Job? next = Queue.Next(job => job.Prompt.Length < shorterThan && !full.Contains(job.Lane)
            && (job.Lane.Running.Count + job.Copies.Count < _maxRunning || !full.Add(job.Lane)));
        if (next is null || next.BlockedAt == _freed)
        {
            return false;
        }

        try
        {
            return TryPlace(next);
        }
        catch (Exception problem) when (IsOfRequest(problem))
        {
            Queue.Begin(next);
            Release(next, problem);
            return true;
        }
    }

    /// <summary>Gives a request a sequence and memory, and computes its prompt.</summary>
    /// <returns>Whether it began, for good or ill; else it goes on waiting.</returns>
    private bool TryPlace(Job job)
    {
        Lane lane = job.Lane;
        int held = HeldPrompt.Adopt(job);
        job.Reserved = MemoryBound.Need(job, job.Prompt.Length - held);
        if (!_memory.MakeRoom(job.Reserved) && Running > 0)
        {
            // Others run: it waits, and what it took goes back.
            HeldPrompt.Return(job, held);
            job.BlockedAt = _freed;
            return false;
        }

        Queue.Begin(job);
        foreach (Job copy in job.Copies)
        {
            copy.Slot = lane.Take();
        }

        lane.Running.AddRange(job.Group);
        job.Handle.QueueTime = Since(job.Arrived);
        Compute(job, held);
        return true;
    }

    private void Compute(Job job, int held)
    {
        KvSession session = job.Lane.Session;
        Action? outer = session.BetweenLayers;
        long begun = _time.GetTimestamp();
        try
        {
            session.BetweenLayers = () => Between(job);
            _depth++;
            if (held == 0)
            {
                session.Prefill(job.Slot, job.Prompt, job.Handle.Cancellation.Token);
            }
            else if (held < job.Prompt.Length)
            {
                session.Append(job.Slot, job.Prompt.AsSpan(held), job.Handle.Cancellation.Token);
            }

            foreach (Job copy in job.Copies)
            {
                session.Fork(job.Slot, copy.Slot);
            }
        }
        catch (Exception problem) when (IsOfRequest(problem))
        {
            Release(job, problem);
            return;
        }
        finally
        {
            _depth--;
            session.BetweenLayers = outer;
        }

        _metrics.Prompt(job.Lane.Pipeline.Name, job.Prompt.Length, held, Since(begun));
        foreach (Job one in job.Group)
        {
            (one.Decoding, one.Reserved, one.FirstToken) = (true, 0, _time.GetTimestamp());
            (one.Handle.ReusedTokens, one.Handle.QueueTime, one.Handle.TimeToFirstToken) = (held, job.Handle.QueueTime, Since(one.Arrived));
            Sample(one);
        }
    }

    /// <summary>The turn of the others between two layers of a prompt.</summary>
    private void Between(Job job)
    {
        _takeArrivals();
        DropGone();
        if (job.Deadline <= _time.GetTimestamp())
        {
            job.Handle.Cancellation.Cancel();
        }

        StepAll();
        if (_depth < DeepestPrompts)
        {
            Begin(Math.Max(1, job.Prompt.Length / ShorterBy));
        }
    }

    /// <summary>One step of all that are decoded.</summary>
    private bool StepAll()
    {
        bool stepped = false;
        foreach (Lane lane in _lanes)
        {
            while (lane.Running.Count > 0 && !TryStep(lane, ref stepped))
            {
            }
        }

        Steps += stepped ? 1 : 0;
        return stepped;
    }

    /// <returns>False if one request had to go, so that the others step without it.</returns>
    private bool TryStep(Lane lane, ref bool stepped)
    {
        Job[] jobs = [.. lane.Running.Where(static job => job.Decoding)];
        if (jobs.Length == 0)
        {
            return true;
        }

        int[] tokens = lane.StepTokens();
        foreach (Job job in jobs)
        {
            if (lane.Session.Length(job.Slot) >= lane.Session.Shape.Context)
            {
                job.Handle.Push(new GeneratedPiece(job.Stream.Complete(FinishReason.Length), null, []));
                End(job, null);
                return false;
            }

            tokens[job.Slot] = job.Next;
        }

        try
        {
            lane.Session.Step(tokens);
        }
        catch (CacheLimitException problem)
        {
            End(jobs[^1], problem); // Nothing was appended: the newest one goes, and the others step.
            return false;
        }
        catch (Exception problem) when (IsOfRequest(problem))
        {
            foreach (Job job in jobs)
            {
                Release(job, problem);
            }

            return true;
        }

        stepped = true;
        foreach (Job job in jobs)
        {
            job.Appended++;
            Sample(job);
        }

        return true;
    }

    private void Sample(Job job)
    {
        try
        {
            SampledToken token = job.Sampler.Next(job.Lane.Session.Logits(job.Slot));
            string text = job.Stream.Add(token.Id);
            bool ended = job.Stream.Finish == FinishReason.EndToken;
            if (!ended)
            {
                job.Handle.Answer.Add(token.Id);
                job.Handle.AnswerTokens = job.Stream.Tokens;
            }

            job.Handle.Push(new GeneratedPiece(text, ended ? null : token, ended || job.Request.Sampling.Alternatives == 0 ? []
                : job.Sampler.Alternatives.ToArray()));
            job.Next = token.Id;
        }
        catch (Exception problem) when (problem is InvalidOperationException or ArgumentException)
        {
            End(job, problem); // No token may follow.
            return;
        }

        if (job.Stream.Finish != FinishReason.None)
        {
            End(job, null);
        }
    }

    /// <summary>Requests that were cancelled or are too late.</summary>
    private void DropGone()
    {
        long now = _time.GetTimestamp();
        foreach (Job job in Queue.RemoveWhere(job => Gone(job, now)))
        {
            EndWaiting(job, WhyGone(job));
        }

        foreach (Lane lane in _lanes)
        {
            foreach (Job job in lane.Running.Where(job => job.Decoding && (job.Handle.IsCancelled || job.Deadline <= now)).ToArray())
            {
                End(job, WhyGone(job));
            }
        }
    }

    private static bool Gone(Job job, long now) => job.Deadline <= now || job.Group.All(static one => one.Handle.IsCancelled);

    private static Exception WhyGone(Job job) => job.Handle.IsCancelled
        ? new OperationCanceledException("The request was cancelled")
        : new TimeoutException("The request took longer than it may");

    private void EndWaiting(Job job, Exception problem)
    {
        foreach (Job one in job.Group)
        {
            one.Handle.QueueTime = Since(one.Arrived);
            Tell(one, problem);
        }
    }

    private void Tell(Job job, Exception? problem)
    {
        _metrics.Ended(job, problem);
        job.Handle.End(problem);
    }

    /// <summary>Ends a request whose sequence is whole: what it holds may be used again.</summary>
    private void End(Job job, Exception? problem)
    {
        Generation handle = job.Handle;
        Lane lane = job.Lane;
        handle.Finish = job.Stream.Finish;
        handle.BytesHeld = lane.BytesHeld;
        handle.DecodeTime = Since(job.FirstToken);
        lane.Running.Remove(job);
        int held = lane.Session.Length(job.Slot);
        if (held == job.Prompt.Length + job.Appended)
        {
            lane.Keep(new KeptSequence(job.Slot, [.. job.Prompt, .. handle.Answer.Take(job.Appended)], job.Request.Client,
                job.Request.Conversation));
        }
        else
        {
            lane.Free(job.Slot); // Its pipeline filtered the prompt, so that positions say nothing of tokens.
        }

        job.Slot = -1;
        _freed++;
        Tell(job, problem);
    }

    /// <summary>Ends a request and its copies, whose sequences are of no use any more.</summary>
    private void Release(Job job, Exception problem)
    {
        if (problem is OperationCanceledException)
        {
            problem = WhyGone(job);
        }

        _freed++;
        Job[] ended = job.Decoding ? [job] : [.. job.Group];
        foreach (Job one in ended)
        {
            one.Lane.Running.Remove(one);
            if (one.Slot >= 0)
            {
                one.Lane.Free(one.Slot);
                one.Slot = -1;
            }
        }

        Array.ForEach(ended, one => Tell(one, problem));
    }

    private TimeSpan Since(long timestamp) => _time.GetElapsedTime(timestamp);

    /// <summary>Errors that one request causes. Anything else ends the engine.</summary>
    private static bool IsOfRequest(Exception problem) => problem is RequestRefusedException or OperationCanceledException
        or ContextExceededException or CacheLimitException
        or NonFiniteTokenException or PageFileException or ArgumentException or InvalidOperationException or NotSupportedException
            or IOException;
}
