using KvCompose.Models.Tokenizers.Unicode;

namespace KvCompose.Models.Tokenizers.PreTokenizers;

/// <summary>When a Metaspace step puts its character before a piece.</summary>
internal enum PrependScheme
{
    Always,

    /// <summary>Only for a piece at the start of the whole text.</summary>
    First,

    Never,
}

/// <summary>Spaces become a visible character, which also begins pieces; cuts before each of them.</summary>
/// <param name="replacement">The character, usually U+2581.</param>
/// <param name="scheme">When one is put before a piece that does not begin with it.</param>
/// <param name="split">Whether pieces are cut.</param>
internal sealed class Metaspace(int replacement, PrependScheme scheme, bool split) : IPreTokenizer
{
    public bool NeedsOrigins => scheme == PrependScheme.First;

    public void Apply(Pieces pieces, CancellationToken cancellation)
    {
        var result = new List<(int Start, int End)>();
        TextBuffer.Rewriter rewriter = pieces.Text.Rewrite();
        for (int piece = 0; piece < pieces.Ranges.Count; piece++)
        {
            (int start, int end) = pieces.Ranges[piece];
            rewriter.SkipTo(start);
            int from = rewriter.Length;
            int first = CodePoints.At(pieces.Text.Text, start);
            bool prepended = first != ' ' && first != replacement && scheme switch
            {
                PrependScheme.Always => true,
                PrependScheme.First => pieces.OriginalStart(piece) == 0,
                _ => false,
            };
            if (prepended)
            {
                rewriter.InsertBefore(replacement);
            }

            for (int i = start; i < end; i += CodePoints.Length(pieces.Text.Text, i))
            {
                int c = CodePoints.At(pieces.Text.Text, i);
                bool marked = c == ' ' || c == replacement;
                if (marked && split && rewriter.Length > from)
                {
                    result.Add((from, rewriter.Length));
                    from = rewriter.Length;
                }

                rewriter.Add(marked ? replacement : c, 0);
            }

            result.Add((from, rewriter.Length));
        }

        rewriter.Finish();
        pieces.Replace(result);
    }
}
