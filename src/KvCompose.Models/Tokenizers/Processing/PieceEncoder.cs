using System.Text;
using KvCompose.Models.Tokenizers.Models;
using KvCompose.Models.Tokenizers.PreTokenizers;
using KvCompose.Models.Tokenizers.Unicode;

namespace KvCompose.Models.Tokenizers.Processing;

/// <summary>Runs a model over pieces and finds out where its tokens came from.</summary>
/// <param name="model">The model.</param>
/// <param name="special">The control tokens, which text without leave to spell them never becomes.</param>
internal sealed class PieceEncoder(ITokenModel model, IReadOnlySet<int> special)
{
    public void Encode(Pieces pieces, EncodeSettings settings, List<TextToken> result, CancellationToken cancellation)
    {
        var sink = new TokenSink();
        int done = 0;
        foreach ((int start, int end) in pieces.Ranges)
        {
            if ((++done & 0x3FF) == 0)
            {
                cancellation.ThrowIfCancellationRequested();
            }

            Encode(pieces.Text, start, end, sink, settings, result, cancellation);
        }
    }

    private void Encode(
        TextBuffer text, int start, int end, TokenSink sink, EncodeSettings settings, List<TextToken> result, CancellationToken cancellation)
    {
        while (start < end)
        {
            sink.Tokens.Clear();
            ReadOnlySpan<char> piece = text.Text[start..end];
            model.Encode(piece, sink, cancellation);
            int[]? units = settings.Track ? UnitsOfBytes(piece) : null;
            int spelled = settings.ParseSpecial || special.Count == 0 ? -1 : FindSpelled(piece, sink.Tokens, ref units);
            if (spelled < 0)
            {
                Add(text, start, sink.Tokens, units, settings.Track, result);
                return;
            }

            // The text spells a control token: what comes before is encoded by itself, and so is the rest after its first character.
            int place = units![sink.Tokens[spelled].Start];
            int cut = place == 0 ? CodePoints.Length(piece, 0) : place;
            Encode(text, start, start + cut, sink, settings, result, cancellation);
            start += cut;
        }
    }

    private int FindSpelled(ReadOnlySpan<char> piece, List<ModelToken> tokens, ref int[]? units)
    {
        for (int i = 0; i < tokens.Count; i++)
        {
            if (!special.Contains(tokens[i].Id))
            {
                continue;
            }

            units ??= UnitsOfBytes(piece);
            int from = units[Math.Min(tokens[i].Start, units.Length - 1)];
            string spelling = model.Vocabulary.Spelling(tokens[i].Id) ?? "";
            if (CodePoints.Count(spelling) > 1 && piece[from..].StartsWith(spelling, StringComparison.Ordinal))
            {
                return i;
            }
        }

        return -1;
    }

    private void Add(TextBuffer text, int start, List<ModelToken> tokens, int[]? units, bool track, List<TextToken> result)
    {
        foreach (ModelToken token in tokens)
        {
            if (!track)
            {
                result.Add(new TextToken(token.Id, "", 0, 0));
                continue;
            }

            // Bytes of a prefix or suffix that byte fallback spelled out lie beyond the piece.
            int first = Math.Min(token.Start, units!.Length - 1), last = Math.Clamp(token.End - 1, 0, units.Length - 1);
            (int from, int to) = (text.Origin(start + units[first]).Start, text.Origin(start + units[last]).End);
            result.Add(new TextToken(token.Id, token.Text ?? model.Vocabulary.Spelling(token.Id) ?? "", from, to));
        }
    }

    /// <summary>For each UTF-8 byte the UTF-16 unit that it belongs to.</summary>
    private static int[] UnitsOfBytes(ReadOnlySpan<char> text)
    {
        var units = new int[Encoding.UTF8.GetByteCount(text)];
        int at = 0;
        for (int i = 0; i < text.Length; i += CodePoints.Length(text, i))
        {
            int count = CodePoints.Utf8Length(CodePoints.At(text, i));
            units.AsSpan(at, count).Fill(i);
            at += count;
        }

        return units;
    }
}
