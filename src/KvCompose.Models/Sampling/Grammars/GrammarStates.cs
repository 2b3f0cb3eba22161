namespace KvCompose.Models.Sampling.Grammars;

/// <summary>The states of a grammar, made when they are first met and then kept: a deterministic automaton that grows as it is used.</summary>
internal sealed class GrammarStates
{
    private const int MostStates = 20_000;

    private readonly int _deepest;
    private readonly Dictionary<Continuation, Continuation> _continuations = [];
    private readonly Dictionary<Continuation[], GrammarState> _states = new(new HeadsComparer());
    private readonly Dictionary<Continuation[], GrammarState> _accepting = new(new HeadsComparer());
    private readonly HashSet<Continuation> _heads = new(ReferenceEqualityComparer.Instance);
    private readonly HashSet<Continuation> _expanded = new(ReferenceEqualityComparer.Instance);
    private readonly Stack<Continuation> _open = new();

    public GrammarStates(GrammarNode root, int deepest)
    {
        _deepest = deepest;
        Start = Close([Continue(root, null)!]);
    }

    public GrammarState Start { get; }

    public GrammarState Step(GrammarState state, byte b) => state.Next[b] ??= Compute(state, b);

    private GrammarState Compute(GrammarState state, byte b)
    {
        var followers = new List<Continuation?>();
        foreach (Continuation head in state.Heads)
        {
            if (((ByteNode)head.Node).Set.Contains(b))
            {
                followers.Add(head.Rest);
            }
        }

        return Close(followers);
    }

    /// <summary>Follows everything that takes no byte.</summary>
    private GrammarState Close(IEnumerable<Continuation?> continuations)
    {
        bool accepts = false;
        _heads.Clear();
        _expanded.Clear();
        foreach (Continuation? continuation in continuations)
        {
            Visit(continuation, ref accepts);
        }

        while (_open.TryPop(out Continuation? continuation))
        {
            Continuation? rest = continuation.Rest;
            switch (continuation.Node)
            {
                case ByteNode:
                    _heads.Add(continuation);
                    break;
                case NestedEnd:
                    Visit(rest, ref accepts);
                    break;
                case ReferenceNode reference:
                    Visit(Continue(reference.Target, Continue(NestedEnd.Instance, rest)), ref accepts);
                    break;
                case ChoiceNode choice:
                    foreach (GrammarNode part in choice.Choices)
                    {
                        Visit(Continue(part, rest), ref accepts);
                    }

                    break;
                case SequenceNode sequence:
                    Continuation? all = rest;
                    for (int i = sequence.Parts.Length - 1; i >= 0; i--)
                    {
                        all = Continue(sequence.Parts[i], all);
                    }

                    Visit(all, ref accepts);
                    break;
                case RepeatNode repeat:
                    if (repeat.Least == 0)
                    {
                        Visit(rest, ref accepts);
                    }

                    if (repeat.Most > 0)
                    {
                        Visit(Continue(repeat.Part, Continue(repeat.Next, rest)), ref accepts);
                    }

                    break;
                default:
                    throw new InvalidOperationException($"a grammar holds a {continuation.Node.GetType().Name}");
            }
        }

        return Intern(accepts);
    }

    private void Visit(Continuation? continuation, ref bool accepts)
    {
        if (continuation is null)
        {
            accepts = true;
        }
        else if (continuation.Depth <= _deepest && _expanded.Add(continuation))
        {
            _open.Push(continuation);
        }
    }

    private Continuation Continue(GrammarNode node, Continuation? rest)
    {
        var made = new Continuation(node, rest);
        if (_continuations.TryGetValue(made, out Continuation? known))
        {
            return known;
        }

        _continuations.Add(made, made);
        return made;
    }

    private GrammarState Intern(bool accepts)
    {
        Continuation[] heads = [.. _heads];
        Dictionary<Continuation[], GrammarState> states = accepts ? _accepting : _states;
        if (states.TryGetValue(heads, out GrammarState? known))
        {
            return known;
        }

        if (_states.Count + _accepting.Count >= MostStates)
        {
            // States that a sequence still holds stay; others are made again when they are met again.
            _states.Clear();
            _accepting.Clear();
            _continuations.Clear();
            foreach (Continuation head in heads)
            {
                for (Continuation? part = head; part is not null; part = part.Rest)
                {
                    _continuations.TryAdd(part, part);
                }
            }
        }

        var state = new GrammarState(heads, accepts);
        states.Add(heads, state);
        return state;
    }

    /// <summary>Heads are compared as sets: they are interned, so references are enough.</summary>
    private sealed class HeadsComparer : IEqualityComparer<Continuation[]>
    {
        public bool Equals(Continuation[]? a, Continuation[]? b)
        {
            if (a!.Length != b!.Length)
            {
                return false;
            }

            const int few = 16;
            if (a.Length > few)
            {
                return new HashSet<Continuation>(a, ReferenceEqualityComparer.Instance).SetEquals(b);
            }

            foreach (Continuation head in a)
            {
                if (!Array.Exists(b, other => ReferenceEquals(head, other)))
                {
                    return false;
                }
            }

            return true;
        }

        public int GetHashCode(Continuation[] heads)
        {
            int hash = heads.Length;
            foreach (Continuation head in heads)
            {
                hash += System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(head);
            }

            return hash;
        }
    }
}
