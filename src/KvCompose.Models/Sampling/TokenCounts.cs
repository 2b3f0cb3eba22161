namespace KvCompose.Models.Sampling;

/// <summary>Which tokens a sequence holds, and how often its answer holds them.</summary>
internal sealed class TokenCounts(int vocabularySize)
{
    private readonly int[] _answer = new int[vocabularySize];
    private readonly bool[] _seen = new bool[vocabularySize];
    private readonly int[] _ids = new int[vocabularySize];
    private int _count;

    /// <summary>Every token that the sequence holds, once.</summary>
    public ReadOnlySpan<int> Ids => _ids.AsSpan(0, _count);

    public int InAnswer(int token) => _answer[token];

    public void Add(int token, bool inAnswer)
    {
        if (!_seen[token])
        {
            _seen[token] = true;
            _ids[_count++] = token;
        }

        if (inAnswer)
        {
            _answer[token]++;
        }
    }
}
