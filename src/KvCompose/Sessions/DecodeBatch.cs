namespace KvCompose.Sessions;

/// <summary>The rows of a decode step, and which sequences have begun a step that has not ended.</summary>
/// <param name="sequences">Sequences of the session.</param>
internal sealed class DecodeBatch(int sequences)
{
    private readonly int[] _sequences = new int[sequences];
    private readonly int[] _tokens = new int[sequences];
    private readonly int[] _positions = new int[sequences];
    private readonly bool[] _inStep = new bool[sequences];

    /// <summary>Rows of the step.</summary>
    public int Rows { get; private set; }

    /// <summary>Tokens of the step, one per row.</summary>
    public ReadOnlySpan<int> Tokens => _tokens.AsSpan(0, Rows);

    /// <summary>Sequences of the step, one per row.</summary>
    public ReadOnlySpan<int> Sequences => _sequences.AsSpan(0, Rows);

    /// <summary>Positions of the step's tokens, one per row.</summary>
    public ReadOnlySpan<int> Positions => _positions.AsSpan(0, Rows);

    /// <summary>The sequence of a row.</summary>
    public int SequenceOf(int row) => _sequences[row];

    /// <summary>Removes all rows.</summary>
    public void Clear() => Rows = 0;

    /// <summary>Adds a row.</summary>
    public void Add(int sequence, int token, int position)
        => (_sequences[Rows], _tokens[Rows], _positions[Rows++]) = (sequence, token, position);

    /// <summary>Marks the sequences of the step: until <see cref="End"/> their caches are not consistent.</summary>
    public void Begin()
    {
        foreach (int sequence in Sequences)
        {
            _inStep[sequence] = true;
        }
    }

    /// <summary>Unmarks the sequences of the step.</summary>
    public void End()
    {
        foreach (int sequence in Sequences)
        {
            _inStep[sequence] = false;
        }
    }

    /// <summary>Unmarks a sequence that is cleared.</summary>
    public void Forget(int sequence) => _inStep[sequence] = false;

    /// <summary>Requires that the last step of a sequence ended.</summary>
    /// <exception cref="InvalidOperationException">A step failed before it ended.</exception>
    public void RequireWholeSteps(int sequence, int position)
    {
        if (_inStep[sequence])
        {
            throw new InvalidOperationException($"sequence {sequence}: an earlier step failed in the middle of position {position}; give it a prompt anew");
        }
    }
}
