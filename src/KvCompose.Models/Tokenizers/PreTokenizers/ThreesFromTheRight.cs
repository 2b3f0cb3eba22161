using KvCompose.Models.Tokenizers.Unicode;

namespace KvCompose.Models.Tokenizers.PreTokenizers;

/// <summary>Runs of numbers are cut in threes, counted from the right; the first group has what is left over.</summary>
internal sealed class ThreesFromTheRight : IPreTokenizer
{
    public void Apply(Pieces pieces, CancellationToken cancellation)
    {
        var result = new List<(int Start, int End)>();
        foreach ((int start, int end) in pieces.Ranges)
        {
            ReadOnlySpan<char> text = pieces.Text.Text;
            int from = start;
            for (int at = start; at < end;)
            {
                int digits = at;
                var places = new List<int>();
                while (digits < end && UnicodeData.Is(CodePoints.At(text, digits), UnicodeCategories.Number))
                {
                    places.Add(digits);
                    digits += CodePoints.Length(text, digits);
                }

                if (places.Count == 0)
                {
                    at += CodePoints.Length(text, at);
                    continue;
                }

                result.Add((from, at));
                from = at;
                for (int i = places.Count % 3; i < places.Count; i += 3)
                {
                    result.Add((from, places[i]));
                    from = places[i];
                }

                result.Add((from, digits));
                at = from = digits;
            }

            result.Add((from, end));
        }

        pieces.Replace(result);
    }
}
