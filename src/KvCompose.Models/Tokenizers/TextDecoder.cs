using System.Text.Unicode;

namespace KvCompose.Models.Tokenizers;

/// <summary>
/// Turns tokens into text as they come. A character whose bytes are spread over several tokens appears with the last of them,
/// never in part. Allocates nothing per token once its buffers have grown. Not for several threads at once.
/// </summary>
public sealed class TextDecoder
{
    private readonly Tokenizer _tokenizer;
    private readonly bool _skipSpecialTokens;
    private byte[] _bytes = new byte[64];
    private char[] _characters = new char[64];
    private int _pending;
    private bool _begun;

    internal TextDecoder(Tokenizer tokenizer, bool skipSpecialTokens)
    {
        _tokenizer = tokenizer;
        _skipSpecialTokens = skipSpecialTokens;
    }

    /// <summary>The text that this token completes; often empty. Valid until the next call.</summary>
    public ReadOnlySpan<char> Next(int token)
    {
        ReadOnlySpan<byte> spelled = _tokenizer.Bytes(token, _skipSpecialTokens);
        if (spelled.IsEmpty)
        {
            return default;
        }

        if (_tokenizer.SeparatesTokens && _begun)
        {
            Append(" "u8);
        }

        _begun = true;
        Append(spelled);
        return Convert(final: false);
    }

    /// <summary>What is left at the end: U+FFFD if the last character is incomplete. The decoder can then begin anew.</summary>
    public ReadOnlySpan<char> Finish()
    {
        _begun = false;
        return Convert(final: true);
    }

    private void Append(ReadOnlySpan<byte> spelled)
    {
        if (_bytes.Length < _pending + spelled.Length)
        {
            Array.Resize(ref _bytes, 2 * (_pending + spelled.Length));
            Array.Resize(ref _characters, _bytes.Length); // A byte gives at most one char.
        }

        spelled.CopyTo(_bytes.AsSpan(_pending));
        _pending += spelled.Length;
    }

    private ReadOnlySpan<char> Convert(bool final)
    {
        Utf8.ToUtf16(_bytes.AsSpan(0, _pending), _characters, out int read, out int written, replaceInvalidSequences: true, final);
        _bytes.AsSpan(read, _pending - read).CopyTo(_bytes);
        _pending -= read;
        return _characters.AsSpan(0, written);
    }
}
