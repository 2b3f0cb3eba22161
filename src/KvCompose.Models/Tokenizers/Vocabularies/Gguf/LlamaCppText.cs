using KvCompose.Models.Tokenizers.Models;
using KvCompose.Models.Tokenizers.Normalizers;
using KvCompose.Models.Tokenizers.PreTokenizers;
using KvCompose.Models.Tokenizers.Unicode;

namespace KvCompose.Models.Tokenizers.Vocabularies.Gguf;

/// <summary>What llama.cpp does to a fragment of text before its model sees it.</summary>
internal interface ILlamaCppText
{
    void Apply(Pieces pieces, bool afterSpecial, CancellationToken cancellation);
}

/// <summary>Byte-level: the patterns of the pre-tokenizer's name.</summary>
internal sealed class BytePairText(PreRules rules) : ILlamaCppText
{
    private readonly IPreTokenizer _splits = GgufSplits.Create(rules, published: false);
    private readonly SpacedText? _escape = rules.Has(PreFlags.EscapeSpaces) ? new SpacedText(false) : null;

    public void Apply(Pieces pieces, bool afterSpecial, CancellationToken cancellation)
    {
        _escape?.Apply(pieces, afterSpecial, cancellation);
        _splits.Apply(pieces, cancellation);
    }
}

/// <summary>SentencePiece's BPE: spaces become U+2581, and one is put before text that follows a special token, or begins.</summary>
internal sealed class SpacedText(bool addsPrefix) : ILlamaCppText
{
    public void Apply(Pieces pieces, bool afterSpecial, CancellationToken cancellation)
    {
        TextBuffer text = pieces.Text;
        TextBuffer.Rewriter rewriter = text.Rewrite();
        if (addsPrefix && afterSpecial)
        {
            rewriter.InsertBefore('▁');
        }

        for (int i = 0; i < text.Length; i += CodePoints.Length(text.Text, i))
        {
            int c = CodePoints.At(text.Text, i);
            rewriter.Add(c == ' ' ? '▁' : c, 0);
        }

        rewriter.Finish();
        pieces.Replace([(0, text.Length)]);
    }
}

/// <summary>
/// Unigram: at each place the longest user defined token stays, else the longest beginning that the character map has is
/// replaced; then spaces.
/// </summary>
internal sealed class UnigramText : ILlamaCppText
{
    private readonly Precompiled? _map;
    private readonly TokenTrie _kept = new();
    private readonly bool _addsPrefix;
    private readonly bool _mergesSpaces;

    public UnigramText(Precompiled? map, IEnumerable<string> userDefined, bool addsPrefix, bool mergesSpaces)
    {
        _map = map;
        _addsPrefix = addsPrefix;
        _mergesSpaces = mergesSpaces;
        int number = 0;
        foreach (string token in userDefined)
        {
            _kept.Add(token, number++);
        }
    }

    public void Apply(Pieces pieces, bool afterSpecial, CancellationToken cancellation)
    {
        TextBuffer text = pieces.Text;
        TextBuffer.Rewriter rewriter = text.Rewrite();
        bool inWord = false, prefixed = false;
        for (int at = 0; at < text.Length;)
        {
            ReadOnlySpan<char> rest = text.Text[at..];
            int units = Kept(rest);
            string? replacement = units > 0 ? null : _map?.Find(rest, longest: true, out units);
            if (replacement is null)
            {
                units = units > 0 ? units : CodePoints.Length(rest, 0);
                replacement = rest[..units].ToString();
            }

            int origins = CodePoints.Count(rest[..units]), done = 0;
            for (int i = 0; i < replacement.Length; i += CodePoints.Length(replacement, i))
            {
                Put(rewriter, CodePoints.At(replacement, i), done++ == 0 ? 1 - origins : 1, ref inWord, ref prefixed);
            }

            at += units;
            rewriter.SkipTo(at);
        }

        rewriter.Finish();
        pieces.Replace([(0, text.Length)]);
    }

    private void Put(TextBuffer.Rewriter rewriter, int c, int change, ref bool inWord, ref bool prefixed)
    {
        if (c == ' ')
        {
            inWord = false;
            if (!_mergesSpaces)
            {
                rewriter.Add('▁', change);
            }

            return;
        }

        if (!inWord)
        {
            inWord = true;
            if ((_addsPrefix && !prefixed) || _mergesSpaces)
            {
                rewriter.InsertBefore('▁');
                prefixed = true;
            }
        }

        rewriter.Add(c, change);
    }

    private int Kept(ReadOnlySpan<char> text)
    {
        int node = TokenTrie.Root, longest = 0;
        for (int i = 0; i < text.Length && (node = _kept.Next(node, text[i])) >= 0; i++)
        {
            longest = _kept.Token(node) >= 0 ? i + 1 : longest;
        }

        return longest;
    }
}

/// <summary>WordPiece: each character becomes the first of its decomposition in lower case; marks and controls vanish; words.</summary>
internal sealed class WordPieceText : ILlamaCppText
{
    public void Apply(Pieces pieces, bool afterSpecial, CancellationToken cancellation)
    {
        TextBuffer text = pieces.Text;
        TextBuffer.Rewriter rewriter = text.Rewrite();
        var words = new List<(int Start, int End)>();
        int from = 0;
        for (int i = 0; i < text.Length;)
        {
            int units = CodePoints.Length(text.Text, i);
            int c = NormalForms.Apply(text.Text.Slice(i, units), compatible: false, compose: false)[0].CodePoint;
            rewriter.SkipTo(i);
            i += units;
            if (UnicodeData.IsWhiteSpace(c))
            {
                EndWord();
                continue;
            }

            if (c is 0 or 0xFFFD || UnicodeData.Is(c, UnicodeCategories.Control | UnicodeCategories.Mark))
            {
                continue;
            }

            bool alone = UnicodeData.Is(c, UnicodeCategories.Punctuation) || (c < 0x7F && UnicodeData.Is(c, UnicodeCategories.Symbol)) || UnicodeData.IsChinese(c);
            if (alone)
            {
                EndWord();
            }

            rewriter.Add(UnicodeData.Tables.Lower.TryGetValue(c, out int[]? lower) ? lower[0] : c, 0);
            if (alone)
            {
                EndWord();
            }
        }

        EndWord();
        rewriter.Finish();
        pieces.Replace(words);

        void EndWord()
        {
            if (rewriter.Length > from)
            {
                words.Add((from, rewriter.Length));
                from = rewriter.Length;
            }
        }
    }
}
