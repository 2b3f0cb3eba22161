namespace KvCompose.Sessions.Saved;

/// <summary>The tokens that a sequence has been given, in order. Takes its memory once, for the whole context.</summary>
internal sealed class TokenHistory(int context)
{
    private int[]? _tokens;

    public int Count { get; private set; }

    public ReadOnlySpan<int> Tokens => _tokens.AsSpan(0, Count);

    public void Add(ReadOnlySpan<int> tokens)
    {
        _tokens ??= new int[context];
        tokens.CopyTo(_tokens.AsSpan(Count));
        Count += tokens.Length;
    }

    /// <summary>Adds a decoded token; a sequence that began without a prompt has no history that could be told.</summary>
    public void Continue(int token)
    {
        if (Count > 0)
        {
            Add([token]);
        }
    }

    public void Clear() => Count = 0;
}
