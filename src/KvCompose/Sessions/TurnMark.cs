namespace KvCompose.Sessions;

/// <summary>Where the last prompt or appended chunk of a sequence ended, and what is needed to be there again.</summary>
internal sealed class TurnMark
{
    private float[] _logits = [];

    /// <summary>Length of the sequence there; 0 for an empty one.</summary>
    public int Length { get; private set; }

    /// <summary>The least length that the sequence can have again: what came before was chosen from.</summary>
    public int Least { get; set; }

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
        Least = other.Least;
    }

    /// <summary>Writes the logits that the sequence had there.</summary>
    public void Restore(Span<float> logits) => _logits.CopyTo(logits);

    /// <summary>Forgets the mark.</summary>
    public void Clear() => (Length, Least) = (0, 0);
}
