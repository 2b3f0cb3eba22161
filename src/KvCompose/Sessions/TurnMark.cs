namespace KvCompose.Sessions;

/// <summary>Where the last prompt or appended chunk of a sequence ended, and what is needed to be there again.</summary>
internal sealed class TurnMark
{
    private float[] _logits = [];

    /// <summary>Length of the sequence there; 0 for an empty one.</summary>
    public int Length { get; private set; }

    /// <summary>The least length that the sequence can have again: what came before was chosen from.</summary>
    public int Least { get; set; }

    /// <summary>The sequence's length when its prompt was in, and the tokens that all heads held then.</summary>
    public (int Length, long Held) Start { get; set; }

    /// <summary>Marks the end of a prompt or a chunk.</summary>
    public void Set(int length, ReadOnlySpan<float> logits)
    {
        if (_logits.Length != logits.Length)
        {
            _logits = new float[logits.Length];
        }

        logits.CopyTo(_logits);
        Length = length;
    }

    /// <summary>Takes another sequence's mark.</summary>
    public void CopyFrom(TurnMark other)
    {
        Set(other.Length, other._logits);
        (Least, Start) = (other.Least, other.Start);
    }

    /// <summary>Writes the logits that the sequence had there.</summary>
    public void Restore(Span<float> logits) => _logits.CopyTo(logits);

    /// <summary>The sequence cannot have any earlier length again.</summary>
    public void Forget(int length) => (Length, Least, Start) = (0, length, (0, -1));

    /// <summary>Forgets the mark.</summary>
    public void Clear() => (Length, Least, Start) = (0, 0, (0, -1));
}
