namespace KvCompose.Sessions.Saved;

/// <summary>The tokens that a sequence has been given, in order.</summary>
internal sealed class TokenHistory
{
    private int[] _tokens = [];

    public int Count { get; private set; }

    public ReadOnlySpan<int> Tokens => _tokens.AsSpan(0, Count);

    /// <summary>Begins with a prompt, and takes the memory for all tokens that can follow, so that decoding allocates none.</summary>
    /// <param name="prompt">All tokens of the prompt, those that a second prefill left out included.</param>
    /// <param name="more">Tokens that fit into the context after it.</param>
    public void Begin(ReadOnlySpan<int> prompt, int more)
    {
        int capacity = prompt.Length + more;
        if (_tokens.Length < capacity)
        {
            _tokens = new int[capacity];
        }

        prompt.CopyTo(_tokens);
        Count = prompt.Length;
    }

    /// <summary>Adds a decoded token; a sequence that began without a prompt has no history.</summary>
    public void Continue(int token)
    {
        if (Count > 0)
        {
            _tokens[Count++] = token;
        }
    }

    /// <summary>Forgets the last tokens, as far as there are any.</summary>
    public void Shorten(int tokens) => Count = Math.Max(0, Count - tokens);

    public void Clear() => Count = 0;
}
