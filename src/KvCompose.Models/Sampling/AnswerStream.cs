using System.Text;
using KvCompose.Models.Tokenizers;

namespace KvCompose.Models.Sampling;

/// <summary>The bytes that a token stands for in text; none for a control token or an id outside the vocabulary.</summary>
/// <param name="token">The token.</param>
public delegate ReadOnlySpan<byte> TokenBytes(int token);

/// <summary>
/// Makes pieces of text of an answer's tokens. A character is given when all its bytes are there, and text that may become a stop
/// string is held back until it is known; at the end nothing that was held back is lost. The pieces together are the same however
/// the text is cut into tokens.
/// </summary>
public sealed class AnswerStream
{
    private readonly TokenBytes _bytes;
    private readonly StopConditions _stop;
    private readonly Decoder _decoder = Encoding.UTF8.GetDecoder();
    private readonly StringBuilder _held = new();
    private readonly int _longest;
    private char[] _characters = new char[64];

    /// <summary>Begins an answer.</summary>
    /// <param name="bytes">What tokens stand for.</param>
    /// <param name="stop">What ends the answer; null for nothing.</param>
    /// <exception cref="ArgumentException">A stop condition is outside its range.</exception>
    public AnswerStream(TokenBytes bytes, StopConditions? stop = null)
    {
        ArgumentNullException.ThrowIfNull(bytes);
        _bytes = bytes;
        _stop = stop ?? new StopConditions();
        _stop.Validate();
        _longest = _stop.Strings.Count == 0 ? 0 : _stop.Strings.Max(text => text.Length);
    }

    /// <summary>Begins an answer of a tokenizer's tokens. The space that some vocabularies write in front of a text's first word is left out.</summary>
    /// <param name="tokenizer">What tokens stand for.</param>
    /// <param name="stop">What ends the answer; null for nothing.</param>
    /// <exception cref="ArgumentException">A stop condition is outside its range.</exception>
    public static AnswerStream Of(Tokenizer tokenizer, StopConditions? stop = null)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        bool first = true;
        return new AnswerStream(
            token =>
            {
                ReadOnlySpan<byte> bytes = tokenizer.BytesOf(token);
                bool drops = first && bytes is [(byte)' ', ..] && !tokenizer.Decode([token]).StartsWith(' ');
                first &= bytes.IsEmpty;
                return drops ? bytes[1..] : bytes;
            },
            stop);
    }

    /// <summary>Why the answer ended.</summary>
    public FinishReason Finish { get; private set; }

    /// <summary>The stop string that ended it, if one did.</summary>
    public string? StoppedBy { get; private set; }

    /// <summary>Tokens of the answer so far, the end token not counted.</summary>
    public int Tokens { get; private set; }

    /// <summary>Adds the next token.</summary>
    /// <returns>The text that is certain by now; it may be empty.</returns>
    /// <exception cref="InvalidOperationException">The answer has ended.</exception>
    public string Add(int token)
    {
        if (Finish != FinishReason.None)
        {
            throw new InvalidOperationException($"The answer has ended ({Finish})");
        }

        if (_stop.Tokens.Contains(token))
        {
            return End(FinishReason.EndToken);
        }

        Tokens++;
        string text = Take(_bytes(token), flush: false);
        return Finish == FinishReason.None && Tokens >= _stop.MaxTokens ? text + End(FinishReason.Length) : text;
    }

    /// <summary>Ends an answer that nothing else has ended.</summary>
    /// <returns>The text that was held back. Bytes that are no whole character become U+FFFD.</returns>
    public string Complete(FinishReason reason = FinishReason.Length) => Finish == FinishReason.None ? End(reason) : "";

    private string End(FinishReason reason)
    {
        string text = Take([], flush: true);
        if (Finish == FinishReason.None)
        {
            text += _held.ToString();
            _held.Clear();
            Finish = reason;
        }

        return text;
    }

    private string Take(ReadOnlySpan<byte> bytes, bool flush)
    {
        int most = Encoding.UTF8.GetMaxCharCount(bytes.Length);
        if (_characters.Length < most)
        {
            _characters = new char[most];
        }

        int count = _decoder.GetChars(bytes, _characters, flush);
        if (count == 0)
        {
            return "";
        }

        if (_longest == 0)
        {
            return new string(_characters, 0, count);
        }

        var text = new StringBuilder();
        foreach (char c in _characters.AsSpan(0, count))
        {
            _held.Append(c);
            if (Stopped() is { } stop)
            {
                text.Append(_held, 0, _held.Length - stop.Length);
                _held.Clear();
                (Finish, StoppedBy) = (FinishReason.StopString, stop);
                break;
            }

            Release(text);
        }

        return text.ToString();
    }

    /// <summary>The longest stop string that ends where the text ends now.</summary>
    private string? Stopped()
    {
        string? found = null;
        foreach (string stop in _stop.Strings)
        {
            if (stop.Length > (found?.Length ?? 0) && stop.Length <= _held.Length && EndsWith(stop, stop.Length))
            {
                found = stop;
            }
        }

        return found;
    }

    /// <summary>Gives out what can no longer be the beginning of a stop string, never half a surrogate pair.</summary>
    private void Release(StringBuilder text)
    {
        int hold = Math.Min(_longest - 1, _held.Length);
        while (hold > 0 && !_stop.Strings.Any(stop => hold < stop.Length && EndsWith(stop, hold)))
        {
            hold--;
        }

        int release = _held.Length - hold;
        if (release > 0 && char.IsHighSurrogate(_held[release - 1]))
        {
            release--;
        }

        text.Append(_held, 0, release);
        _held.Remove(0, release);
    }

    private bool EndsWith(string stop, int length)
    {
        int start = _held.Length - length;
        for (int i = length - 1; i >= 0; i--)
        {
            if (_held[start + i] != stop[i])
            {
                return false;
            }
        }

        return true;
    }
}
