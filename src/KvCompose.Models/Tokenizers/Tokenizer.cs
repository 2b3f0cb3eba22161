using System.Text;
using System.Text.RegularExpressions;

namespace KvCompose.Models.Tokenizers;

/// <summary>
/// Text to tokens and back, as a tokenizer.json describes it: byte-level BPE, or whole words split at white space.
/// </summary>
/// <remarks>
/// A Unicode normalisation that the file asks for is the runtime's: in a process with invariant globalization, which has no
/// data for it, text that is not ASCII stays as it is.
/// </remarks>
public sealed class Tokenizer
{
    private readonly ITokenModel _model;
    private readonly AddedTokens _added;
    private readonly int[] _before;
    private readonly int[] _after;

    internal Tokenizer(ITokenModel model, AddedTokens added, int[] before, int[] after)
    {
        _model = model;
        _added = added;
        _before = before;
        _after = after;
        LargestId = Math.Max(model.LargestId, added.LargestId);
    }

    /// <summary>The largest token id that <see cref="Encode"/> can give.</summary>
    public int LargestId { get; }

    /// <summary>Reads a tokenizer.json.</summary>
    /// <exception cref="TokenizerFormatException">The file is missing, contradicts itself, or asks for an unsupported step.</exception>
    public static Tokenizer Load(string file) => TokenizerReader.Read(file);

    /// <summary>The id of a token by its spelling in the vocabulary, or null.</summary>
    public int? IdOf(string token)
    {
        ArgumentNullException.ThrowIfNull(token);
        return _added.IdOf(token) ?? _model.IdOf(token);
    }

    /// <summary>Splits text into tokens. Added tokens are recognised wherever they are spelled out.</summary>
    /// <param name="text">Any text.</param>
    /// <param name="addSpecialTokens">Whether the tokens that the file puts before and after a text are added.</param>
    /// <exception cref="ArgumentException">A word is not in the vocabulary, and there is no token for unknown words.</exception>
    /// <exception cref="RegexMatchTimeoutException">The file's own pattern spent more than ten seconds on the text.</exception>
    public int[] Encode(string text, bool addSpecialTokens = true)
    {
        ArgumentNullException.ThrowIfNull(text);
        var ids = new List<int>();
        if (addSpecialTokens)
        {
            ids.AddRange(_before);
        }

        _added.Split(text, ids, _model);
        if (addSpecialTokens)
        {
            ids.AddRange(_after);
        }

        return [.. ids];
    }

    /// <summary>The text of tokens. Bytes that are not UTF-8 become U+FFFD, ids outside the vocabulary nothing.</summary>
    public string Decode(ReadOnlySpan<int> tokens, bool skipSpecialTokens = true)
    {
        TextDecoder decoder = CreateDecoder(skipSpecialTokens);
        var text = new StringBuilder();
        foreach (int token in tokens)
        {
            text.Append(decoder.Next(token));
        }

        return text.Append(decoder.Finish()).ToString();
    }

    /// <summary>A decoder for tokens that come one by one.</summary>
    public TextDecoder CreateDecoder(bool skipSpecialTokens = true) => new(this, skipSpecialTokens);

    internal ReadOnlySpan<byte> Bytes(int token, bool skipSpecial)
    {
        if (_added.Find(token) is { } added)
        {
            return skipSpecial && added.Special ? default : added.Bytes;
        }

        return _model.Bytes(token);
    }

    internal bool SeparatesTokens => _model.SeparatesTokens;
}
