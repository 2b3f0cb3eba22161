using System.Text;
using System.Text.Unicode;

namespace KvCompose.Models.Tokenizers;

/// <summary>
/// Turns tokens into text as they come. A character whose bytes are spread over several tokens appears with the last of them,
/// never in part; a text that ends with U+FFFD waits for what follows. Not for several threads at once.
/// </summary>
/// <remarks>
/// What has been given out is never taken back. Where later bytes make a run of byte tokens ill-formed, of which a part has been
/// given out as text, only the later ones appear as U+FFFD.
/// </remarks>
public sealed class TextDecoder
{
    private const char Replacement = '\uFFFD';

    private readonly Tokenizer _tokenizer;
    private readonly bool _skipSpecialTokens;
    private readonly bool _byteLevel;

    // Byte-level vocabularies: the bytes that wait.
    private byte[] _bytes = new byte[64];
    private char[] _characters = new char[64];
    private int _pending;

    // Others: the last tokens given out, which decide about spaces, and those that wait.
    private readonly List<int> _ids = [];
    private string _given = "";
    private int _givenTokens;

    internal TextDecoder(Tokenizer tokenizer, bool skipSpecialTokens)
    {
        _tokenizer = tokenizer;
        _skipSpecialTokens = skipSpecialTokens;
        _byteLevel = tokenizer.Pipeline.IsByteLevel;
    }

    /// <summary>The text that this token completes; often empty. Valid until the next call.</summary>
    public ReadOnlySpan<char> Next(int token)
    {
        if (_tokenizer.Pipeline.Shown(token, _skipSpecialTokens) is not { } spelling)
        {
            return default;
        }

        if (_byteLevel)
        {
            Append(spelling);
            ReadOnlySpan<char> text = Convert();
            if (text.IsEmpty || text[^1] == Replacement)
            {
                return default;
            }

            _pending = 0;
            return text;
        }

        return NextByText(token);
    }

    /// <summary>What is left at the end. The decoder can then begin again.</summary>
    public ReadOnlySpan<char> Finish()
    {
        if (_byteLevel)
        {
            ReadOnlySpan<char> text = Convert();
            _pending = 0;
            return text;
        }

        string rest = Rest(Decode(_ids));
        _ids.Clear();
        (_given, _givenTokens) = ("", 0);
        return rest;
    }

    private ReadOnlySpan<char> NextByText(int token)
    {
        _ids.Add(token);
        string text = Decode(_ids);
        if (text.Length == 0 || text[^1] == Replacement || Encoding.UTF8.GetByteCount(text) <= Encoding.UTF8.GetByteCount(_given))
        {
            return default;
        }

        string rest = Rest(text);
        int waiting = _ids.Count - _givenTokens;
        _ids.RemoveRange(0, _givenTokens);
        _givenTokens = waiting;
        _given = Decode(_ids);
        return rest;
    }

    private string Rest(string text)
        => text.StartsWith(_given, StringComparison.Ordinal) ? text[_given.Length..] : Decode(_ids[_givenTokens..]);

    private string Decode(List<int> ids) => _tokenizer.DecodeTokens(ids, _skipSpecialTokens);

    private void Append(string spelling)
    {
        int most = _pending + 3 * spelling.Length;
        if (_bytes.Length < most)
        {
            Array.Resize(ref _bytes, 2 * most);
            Array.Resize(ref _characters, _bytes.Length); // A byte gives at most one char.
        }

        int start = _pending;
        foreach (char c in spelling)
        {
            int value = ByteAlphabet.Byte(c);
            if (value < 0)
            {
                _pending = start + Encoding.UTF8.GetBytes(spelling, _bytes.AsSpan(start));
                return;
            }

            _bytes[_pending++] = (byte)value;
        }
    }

    private ReadOnlySpan<char> Convert()
    {
        Utf8.ToUtf16(_bytes.AsSpan(0, _pending), _characters, out _, out int written, replaceInvalidSequences: true, isFinalBlock: true);
        return _characters.AsSpan(0, written);
    }
}
