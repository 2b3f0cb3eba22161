using System.Text;
using KvCompose.Models.Tokenizers.Patterns;
using KvCompose.Models.Tokenizers.Unicode;

namespace KvCompose.Models.Tokenizers.PreTokenizers;

/// <summary>Splits as GPT-2 did, and puts each byte's character of the byte alphabet.</summary>
/// <param name="addPrefixSpace">Whether a piece that does not begin with a space is given one.</param>
/// <param name="split">Whether pieces are cut.</param>
internal sealed class ByteLevel(bool addPrefixSpace, bool split) : IPreTokenizer
{
    public const string Gpt2 = @"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";

    private static readonly PatternSplit s_gpt2 = new(new TextPattern(null, Pattern.Parse(Gpt2)), SplitBehavior.Isolated, invert: false);

    public void Apply(Pieces pieces, CancellationToken cancellation)
    {
        if (addPrefixSpace)
        {
            AddSpaces(pieces);
        }

        if (split)
        {
            s_gpt2.Apply(pieces, cancellation);
        }

        var result = new List<(int Start, int End)>(pieces.Ranges.Count);
        TextBuffer.Rewriter rewriter = pieces.Text.Rewrite();
        Span<byte> bytes = stackalloc byte[4];
        foreach ((int start, int end) in pieces.Ranges)
        {
            rewriter.SkipTo(start);
            int from = rewriter.Length;
            ReadOnlySpan<char> text = pieces.Text.Text;
            for (int i = start; i < end;)
            {
                int plain = text[i..end].IndexOfAnyExceptInRange('!', '~');
                i = plain < 0 ? end : i + plain;
                rewriter.CopyTo(i);
                if (i == end)
                {
                    break;
                }

                int count = new Rune(CodePoints.At(text, i)).EncodeToUtf8(bytes);
                i += CodePoints.Length(text, i);
                for (int j = 0; j < count; j++)
                {
                    rewriter.Add(ByteAlphabet.Character(bytes[j]), j == 0 ? 0 : 1);
                }
            }

            result.Add((from, rewriter.Length));
        }

        rewriter.Finish();
        pieces.Replace(result);
    }

    private static void AddSpaces(Pieces pieces)
    {
        var result = new List<(int Start, int End)>(pieces.Ranges.Count);
        TextBuffer.Rewriter rewriter = pieces.Text.Rewrite();
        foreach ((int start, int end) in pieces.Ranges)
        {
            rewriter.SkipTo(start);
            int from = rewriter.Length;
            if (pieces.Text.Text[start] != ' ')
            {
                rewriter.InsertBefore(' ');
            }

            rewriter.CopyTo(end);
            result.Add((from, rewriter.Length));
        }

        rewriter.Finish();
        pieces.Replace(result);
    }
}
