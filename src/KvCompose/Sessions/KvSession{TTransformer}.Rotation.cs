namespace KvCompose.Sessions;

/// <summary>
/// Models whose rotation depends on how long a sequence is. A key keeps the rotation that it got; where all keys of a sequence have to get another one
/// (LongRoPE behind the original context), its tokens are computed anew.
/// </summary>
public abstract unsafe partial class KvSession<TTransformer>
{
    private const int OfPrompt = -1;
    private const int OfStep = 0;

    private readonly bool _rotatesByLength; // asked once: a struct that does not say it is boxed for the answer
    private readonly int _longestValid; // the longest sequence whose keys stay valid; 0 where all do
    private readonly int[] _longest; // by sequence: the length that its keys are rotated for, where that is not its own
    private int[] _passLengths = [];
    private int _pass = OfStep; // what is projected: a prompt, a step, or a chunk with this many tokens in the end
    private int _longestOfPrompt;
    private int _recomputations;

    /// <summary>Computes the keys of a sequence anew if more tokens make it longer than their rotation allows. Otherwise nothing changes.</summary>
    /// <exception cref="InvalidOperationException">The session does not have the sequence's tokens.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; the sequence is empty then.</exception>
    private void RecomputeBefore(int sequence, int more, CancellationToken cancellation)
    {
        int longest = _longestValid;
        if (longest == 0 || RotatedFor(sequence) > longest || _lengths[sequence] + (long)more <= longest)
        {
            return;
        }

        if (_histories[sequence].Count == 0)
        {
            throw new InvalidOperationException(
                $"sequence {sequence} cannot have more than {longest} tokens: beyond them the model rotates all keys otherwise, and the session does not have "
                + "the sequence's tokens to compute them anew. Open the model for the longest sequence that is wanted");
        }

        int[] tokens = _histories[sequence].Tokens.ToArray();
        int pending = _pending[sequence];
        Clear(sequence);
        try
        {
            _longest[sequence] = longest + 1;
            PrefillTokens(sequence, tokens, cancellation);
        }
        catch
        {
            Clear(sequence);
            throw;
        }

        _pending[sequence] = pending;
        _recomputations++;
    }

    /// <summary>The length that the keys of a sequence are rotated for.</summary>
    private int RotatedFor(int sequence) => Math.Max(_longest[sequence], _lengths[sequence]);

    /// <summary>Why a sequence cannot have a lower length because of its keys' rotation; null if it can.</summary>
    private string? WhyNotRotated(int length, int sequence)
    {
        int longest = _longestValid;
        return longest > 0 && length <= longest && RotatedFor(sequence) > longest
            ? $"its keys are rotated for more than {longest} tokens"
            : null;
    }

    /// <summary>Calls the model with the lengths by which it rotates.</summary>
    private void ProjectRows(int layer, float* hidden, ReadOnlySpan<int> positions, float* queries, float* keys, float* values)
    {
        if (!_rotatesByLength)
        {
            Transformer.Project(layer, hidden, positions, queries, keys, values);
            return;
        }

        if (_passLengths.Length < positions.Length)
        {
            _passLengths = new int[positions.Length];
        }

        Span<int> lengths = _passLengths.AsSpan(0, positions.Length);
        if (_pass == OfStep)
        {
            for (int row = 0; row < lengths.Length; row++)
            {
                lengths[row] = Math.Max(positions[row] + 1, _longest[_batch.SequenceOf(row)]);
            }
        }
        else
        {
            lengths.Fill(_pass == OfPrompt ? Math.Max(positions[^1] + 1, _longestOfPrompt) : _pass);
        }

        Transformer.ProjectByLength(layer, hidden, positions, lengths, queries, keys, values);
    }
}
