namespace KvCompose.Serving.Scheduling;

/// <summary>
/// Requests that wait: higher priorities first; within one, clients in turn, and each client's own requests in the order of their arrival.
/// </summary>
internal sealed class RequestQueue
{
    private readonly SortedDictionary<int, LinkedList<ClientLine>> _levels = new(Comparer<int>.Create(static (a, b) => b.CompareTo(a)));

    public int Count { get; private set; }

    /// <summary>Tokens of all prompts.</summary>
    public long PromptTokens { get; private set; }

    public void Add(Job job)
    {
        if (!_levels.TryGetValue(job.Request.Priority, out LinkedList<ClientLine>? lines))
        {
            _levels.Add(job.Request.Priority, lines = new LinkedList<ClientLine>());
        }

        ClientLine? line = lines.FirstOrDefault(line => line.Client == job.Request.Client);
        if (line is null)
        {
            lines.AddLast(line = new ClientLine(job.Request.Client));
        }

        line.Jobs.AddLast(job);
        Count++;
        PromptTokens += job.Prompt.Length;
    }

    /// <summary>Who is next, among those that a condition holds for.</summary>
    public Job? Next(Func<Job, bool> may)
    {
        foreach (LinkedList<ClientLine> lines in _levels.Values)
        {
            foreach (ClientLine line in lines)
            {
                if (line.Jobs.First is { } first && may(first.Value))
                {
                    return first.Value;
                }
            }
        }

        return null;
    }

    /// <summary>Takes a request out, if it is there; its client's next one waits behind those of the other clients.</summary>
    public void Begin(Job job) => Take(job, begins: true);

    /// <summary>Takes the requests out that a condition holds for.</summary>
    public List<Job> RemoveWhere(Func<Job, bool> gone)
    {
        List<Job> removed = [.. _levels.Values.SelectMany(static lines => lines).SelectMany(static line => line.Jobs).Where(gone)];
        removed.ForEach(job => Take(job, begins: false));
        return removed;
    }

    private void Take(Job job, bool begins)
    {
        if (!_levels.TryGetValue(job.Request.Priority, out LinkedList<ClientLine>? lines)
            || lines.FirstOrDefault(line => line.Client == job.Request.Client) is not { } line || !line.Jobs.Remove(job))
        {
            return; // It has begun already.
        }

        Count--;
        PromptTokens -= job.Prompt.Length;
        if (line.Jobs.Count == 0 || begins)
        {
            lines.Remove(line);
        }

        if (line.Jobs.Count > 0 && begins)
        {
            lines.AddLast(line);
        }

        if (lines.Count == 0)
        {
            _levels.Remove(job.Request.Priority);
        }
    }

    private sealed class ClientLine(string client)
    {
        public string Client { get; } = client;

        public LinkedList<Job> Jobs { get; } = [];
    }
}
