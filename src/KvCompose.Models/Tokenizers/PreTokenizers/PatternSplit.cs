using KvCompose.Models.Tokenizers.Patterns;

namespace KvCompose.Models.Tokenizers.PreTokenizers;

/// <summary>Splits each piece into the matches of a pattern and the gaps between them.</summary>
/// <param name="pattern">The pattern.</param>
/// <param name="behavior">What becomes of the matches.</param>
/// <param name="invert">Whether gaps count as matches, and matches as gaps.</param>
internal sealed class PatternSplit(TextPattern pattern, SplitBehavior behavior, bool invert) : IPreTokenizer
{
    public void Apply(Pieces pieces, CancellationToken cancellation)
    {
        var result = new List<(int Start, int End)>(2 * pieces.Ranges.Count);
        var matches = new List<(int Start, int End)>();
        var parts = new List<(int Start, int End, bool Match)>();
        foreach ((int start, int end) in pieces.Ranges)
        {
            matches.Clear();
            pattern.Find(pieces.Text.Text[start..end], matches, cancellation);
            parts.Clear();
            int last = start;
            foreach ((int from, int to) in matches)
            {
                if (start + from > last)
                {
                    parts.Add((last, start + from, invert));
                }

                parts.Add((start + from, start + to, !invert));
                last = start + to;
            }

            if (last < end)
            {
                parts.Add((last, end, invert));
            }

            Join(parts, result);
        }

        pieces.Replace(result);
    }

    private void Join(List<(int Start, int End, bool Match)> parts, List<(int Start, int End)> result)
    {
        switch (behavior)
        {
            case SplitBehavior.Removed:
                parts.ForEach(part => AddIf(!part.Match, part.Start, part.End));
                break;
            case SplitBehavior.Isolated:
                parts.ForEach(part => AddIf(true, part.Start, part.End));
                break;
            case SplitBehavior.Contiguous:
                Merge((previous, next) => previous == next);
                break;
            case SplitBehavior.MergedWithPrevious:
                Merge((previous, next) => next && !previous);
                break;
            default:
                Merge((previous, next) => previous && !next);
                break;
        }

        void AddIf(bool kept, int start, int end)
        {
            if (kept)
            {
                result.Add((start, end));
            }
        }

        void Merge(Func<bool, bool, bool> joins)
        {
            for (int i = 0; i < parts.Count; i++)
            {
                if (i > 0 && joins(parts[i - 1].Match, parts[i].Match))
                {
                    result[^1] = (result[^1].Start, parts[i].End);
                }
                else
                {
                    result.Add((parts[i].Start, parts[i].End));
                }
            }
        }
    }
}
