using KvCompose.Serving.Prefixes;

namespace KvCompose.Serving.Scheduling;

/// <summary>A pipeline's session: which of its sequences are free, answered or kept.</summary>
internal sealed class Lane : IDisposable
{
    private readonly Func<KvSession> _open;
    private readonly Stack<int> _free = [];
    private readonly Dictionary<string, PrefixTree> _trees = new(StringComparer.Ordinal); // by client: nobody sees another one's
    private readonly Dictionary<(string Client, string Conversation), KeptSequence> _conversations = [];
    private readonly int _maxKept;
    private KvSession? _session;
    private int[] _step = [];

    /// <param name="pipeline">The pipeline.</param>
    /// <param name="open">Opens the session; called when the first request comes.</param>
    /// <param name="maxKept">Most sequences that are kept.</param>
    public Lane(ServedPipeline pipeline, Func<KvSession> open, int maxKept)
        => (Pipeline, _open, _maxKept) = (pipeline, open, maxKept);

    public ServedPipeline Pipeline { get; }

    /// <summary>The session; opened when first asked for.</summary>
    public KvSession Session
    {
        get
        {
            if (_session is null)
            {
                _session = Open();
                _step = new int[_session.Sequences];
                for (int slot = _session.Sequences - 1; slot >= 0; slot--)
                {
                    _free.Push(slot);
                }
            }

            return _session;
        }
    }

    /// <summary>Requests whose prompts are being computed, and those that are decoded.</summary>
    public List<Job> Running { get; } = [];

    /// <summary>Kept sequences, the least recently used one first.</summary>
    public LinkedList<KeptSequence> Uses { get; } = [];

    public long BytesHeld => _session?.Usage.BytesHeld ?? 0;

    /// <summary>What has moved between tiers.</summary>
    public TierUsage Tiers => _session?.TierUsage ?? default;

    /// <summary>One token for every sequence of the session, all of them sitting out.</summary>
    public int[] StepTokens()
    {
        _step.AsSpan().Fill(-1);
        return _step;
    }

    /// <summary>An empty sequence; a kept one goes where there is none.</summary>
    public int Take()
    {
        _ = Session;
        if (_free.Count == 0)
        {
            Evict();
        }

        return _free.Pop();
    }

    /// <summary>Clears a sequence that nobody uses any more.</summary>
    public void Free(int slot)
    {
        Session.Clear(slot);
        _free.Push(slot);
    }

    /// <summary>Keeps what a sequence holds, if there is any use in it.</summary>
    public void Keep(KeptSequence entry)
    {
        bool shared = Session.PrefixReuse != PrefixReuse.None;
        if (_maxKept == 0 || (!shared && entry.Conversation is null))
        {
            Free(entry.Slot);
            return;
        }

        if (entry.Conversation is { } conversation)
        {
            if (_conversations.TryGetValue((entry.Client, conversation), out KeptSequence? before))
            {
                Drop(before);
            }

            _conversations[(entry.Client, conversation)] = entry;
        }

        if (shared)
        {
            if (!_trees.TryGetValue(entry.Client, out PrefixTree? tree))
            {
                _trees.Add(entry.Client, tree = new PrefixTree());
            }

            if (tree.Add(entry) is { } same)
            {
                Forget(same);
                Free(same.Slot);
            }
        }

        entry.Use = Uses.AddLast(entry);
        while (Uses.Count > _maxKept)
        {
            Evict();
        }
    }

    /// <summary>Gives up the least recently used kept sequence.</summary>
    /// <returns>Whether there was one.</returns>
    public bool Evict()
    {
        if (Uses.First is not { Value: { } oldest })
        {
            return false;
        }

        Drop(oldest);
        return true;
    }

    /// <summary>Takes the sequence of a conversation out, for its next turn.</summary>
    public KeptSequence? TakeConversation(string client, string conversation)
    {
        if (!_conversations.TryGetValue((client, conversation), out KeptSequence? entry))
        {
            return null;
        }

        Remove(entry);
        return entry;
    }

    /// <summary>Drops what is kept of a conversation.</summary>
    public void ForgetConversation(string client, string conversation)
    {
        if (TakeConversation(client, conversation) is { } entry)
        {
            Free(entry.Slot);
        }
    }

    /// <summary>The sequence that a prompt may begin with, and with how many of its tokens.</summary>
    public (KeptSequence? Entry, int Common) Find(string client, ReadOnlySpan<int> prompt)
    {
        if (!_trees.TryGetValue(client, out PrefixTree? tree))
        {
            return (null, 0);
        }

        (KeptSequence? entry, int common) = Session.PrefixReuse == PrefixReuse.Any ? tree.Longest(prompt)
            : tree.LongestWhole(prompt) is { } whole ? (whole, whole.Tokens.Length) : (null, 0);
        if (entry is not null)
        {
            Uses.Remove(entry.Use!);
            Uses.AddLast(entry.Use!);
        }

        return (entry, common);
    }

    public void Dispose() => _session?.Dispose();

    /// <exception cref="RequestRefusedException">The pipeline cannot run the model.</exception>
    private KvSession Open()
    {
        try
        {
            return _open();
        }
        catch (Exception problem) when (problem is not OutOfMemoryException)
        {
            throw new RequestRefusedException(
                nameof(GenerationRequest.Pipeline), $"the pipeline '{Pipeline.Name}' cannot be opened with this model: {problem.Message}",
                    problem);
        }
    }

    private void Drop(KeptSequence entry)
    {
        Remove(entry);
        Free(entry.Slot);
    }

    private void Remove(KeptSequence entry)
    {
        if (_trees.TryGetValue(entry.Client, out PrefixTree? tree) && tree.Remove(entry) && tree.Count == 0)
        {
            _trees.Remove(entry.Client);
        }

        Forget(entry);
    }

    private void Forget(KeptSequence entry)
    {
        if (entry.Conversation is { } conversation && _conversations.GetValueOrDefault((entry.Client, conversation)) == entry)
        {
            _conversations.Remove((entry.Client, conversation));
        }

        Uses.Remove(entry.Use!);
    }
}
