using System.Text;

namespace KvCompose.Models.Tokenizers;

/// <summary>
/// Turns tokens into text as they come. A character whose bytes are spread over several tokens appears with the last of them,
/// never in part. Allocates nothing per token once its buffer has grown. Not for several threads at once.
/// </summary>
public sealed class TextDecoder
{
    private readonly Tokenizer _tokenizer;
    private readonly bool _skipSpecialTokens;
    private readonly Decoder _utf8 = Encoding.UTF8.GetDecoder();
    private char[] _characters = new char[64];
    private bool _begun;

    internal TextDecoder(Tokenizer tokenizer, bool skipSpecialTokens)
    {
        _tokenizer = tokenizer;
        _skipSpecialTokens = skipSpecialTokens;
    }

    /// <summary>The text that this token completes; often empty. Valid until the next call.</summary>
    public ReadOnlySpan<char> Next(int token)
    {
        ReadOnlySpan<byte> bytes = _tokenizer.Bytes(token, _skipSpecialTokens);
        if (bytes.IsEmpty)
        {
            return default;
        }

        int written = 0;
        if (_tokenizer.SeparatesTokens && _begun)
        {
            written = Convert(" "u8, 0, flush: false);
        }

        _begun = true;
        return _characters.AsSpan(0, Convert(bytes, written, flush: false));
    }

    /// <summary>What is left at the end: U+FFFD if the last character is incomplete. The decoder can then begin anew.</summary>
    public ReadOnlySpan<char> Finish()
    {
        int written = Convert(default, 0, flush: true);
        _utf8.Reset();
        _begun = false;
        return _characters.AsSpan(0, written);
    }

    private int Convert(ReadOnlySpan<byte> bytes, int written, bool flush)
    {
        // A byte gives at most one char, and a pending sequence that breaks off one more.
        int needed = written + bytes.Length + 2;
        if (_characters.Length < needed)
        {
            Array.Resize(ref _characters, Math.Max(needed, _characters.Length * 2));
        }

        return written + _utf8.GetChars(bytes, _characters.AsSpan(written), flush);
    }
}
