namespace KvCompose.Models.Sampling.Grammars;

/// <summary>Follows one sequence through a grammar and forbids the tokens that would leave it. Not safe for several threads.</summary>
public sealed class GrammarMatcher
{
    private const int MostMasks = 512;

    private readonly TokenTable _tokens;
    private readonly GrammarStates _states;
    private readonly GrammarState[] _path;
    private readonly List<GrammarState> _masked = [];
    private GrammarState _state;
    private bool _ended;

    /// <summary>Begins a sequence.</summary>
    /// <param name="grammar">What it must match.</param>
    /// <param name="tokens">The vocabulary.</param>
    public GrammarMatcher(JsonGrammar grammar, TokenTable tokens)
    {
        ArgumentNullException.ThrowIfNull(grammar);
        ArgumentNullException.ThrowIfNull(tokens);
        _tokens = tokens;
        _states = new GrammarStates(grammar.Root, JsonGrammar.DeepestNesting);
        _state = _states.Start;
        _path = new GrammarState[tokens.Longest + 1];
    }

    /// <summary>Number of tokens of the vocabulary.</summary>
    public int VocabularySize => _tokens.VocabularySize;

    /// <summary>Whether the value is complete.</summary>
    public bool IsComplete => _state.Accepts;

    /// <summary>Sets the scores of tokens that may not follow to minus infinity; end tokens may once the value is complete.</summary>
    /// <param name="scores">At least one a token; those after the vocabulary are forbidden too.</param>
    public void Mask(Span<float> scores)
    {
        ulong[] allowed = Allowed();
        for (int token = 0; token < scores.Length; token++)
        {
            if (token >= VocabularySize || (allowed[token >> 6] >> (token & 63) & 1) == 0)
            {
                scores[token] = float.NegativeInfinity;
            }
        }
    }

    /// <summary>Whether a token may follow.</summary>
    public bool Allows(int token) => token >= 0 && token < VocabularySize && (Allowed()[token >> 6] >> (token & 63) & 1) == 1;

    /// <summary>Goes on by a token.</summary>
    /// <exception cref="ArgumentException">The token may not follow.</exception>
    public void Accept(int token)
    {
        if (!Allows(token))
        {
            throw new ArgumentException($"The grammar does not allow token {token} here", nameof(token));
        }

        _ended = _tokens.EndTokens.Contains(token);
        foreach (byte b in _tokens.Bytes[token])
        {
            _state = _states.Step(_state, b);
        }
    }

    private ulong[] Allowed()
    {
        if (_ended)
        {
            throw new InvalidOperationException("The answer has ended");
        }

        if (_state.Tokens is { } known)
        {
            return known;
        }

        if (_masked.Count == MostMasks)
        {
            _masked.ForEach(state => state.Tokens = null);
            _masked.Clear();
        }

        _masked.Add(_state);
        return _state.Tokens = Compute();
    }

    /// <summary>Walks the tokens in the order of their bytes; what a token shares with the one before is not walked again.</summary>
    private ulong[] Compute()
    {
        var allowed = new ulong[(VocabularySize + 63) / 64];
        _path[0] = _state;
        int alive = 0;
        for (int i = 0; i < _tokens.Order.Length; i++)
        {
            int token = _tokens.Order[i];
            byte[] bytes = _tokens.Bytes[token];
            if (_tokens.Shared[i] > alive)
            {
                continue; // The shared part is dead already.
            }

            alive = _tokens.Shared[i];
            while (alive < bytes.Length && _states.Step(_path[alive], bytes[alive]) is { IsDead: false } next)
            {
                _path[++alive] = next;
            }

            if (alive == bytes.Length)
            {
                allowed[token >> 6] |= 1UL << (token & 63);
            }
        }

        if (_state.Accepts)
        {
            foreach (int token in _tokens.EndTokens)
            {
                allowed[token >> 6] |= 1UL << (token & 63);
            }
        }

        return allowed;
    }
}
