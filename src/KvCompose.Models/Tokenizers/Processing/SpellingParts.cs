using KvCompose.Models.Tokenizers.Unicode;

namespace KvCompose.Models.Tokenizers.Processing;

/// <summary>The parts of a text that may spell control tokens: what a chat template wrote itself. A control token lies within one of them.</summary>
internal sealed class SpellingParts
{
    private readonly (int Start, int End)[] _codePoints;

    /// <param name="text">The text.</param>
    /// <param name="parts">Ranges of UTF-16 units, ascending and without overlap.</param>
    public SpellingParts(string text, IEnumerable<(int Start, int End)> parts)
    {
        Units = [.. parts];
        _codePoints = new (int, int)[Units.Length];
        int place = 0, count = 0;
        for (int i = 0; i < Units.Length; i++)
        {
            _codePoints[i] = (CountUntil(Units[i].Start), CountUntil(Units[i].End));
        }

        int CountUntil(int end)
        {
            count += CodePoints.Count(text.AsSpan(place, end - place));
            place = end;
            return count;
        }
    }

    /// <summary>The parts in UTF-16 units.</summary>
    public (int Start, int End)[] Units { get; }

    /// <summary>The parts of a normalised text that come from these parts alone, in its units. It knows its origins.</summary>
    public (int Start, int End)[] Within(TextBuffer buffer)
    {
        var parts = new List<(int Start, int End)>();
        int before = -1;
        for (int i = 0; i < buffer.Length; i++)
        {
            int part = PartOf(buffer.Origin(i));
            if (part >= 0)
            {
                if (part == before)
                {
                    parts[^1] = (parts[^1].Start, i + 1);
                }
                else
                {
                    parts.Add((i, i + 1));
                }
            }

            before = part;
        }

        return [.. parts];
    }

    private int PartOf((int Start, int End) origin)
    {
        int low = 0, high = _codePoints.Length - 1;
        while (low <= high)
        {
            int middle = (low + high) / 2;
            if (origin.End > _codePoints[middle].End)
            {
                low = middle + 1;
            }
            else if (origin.Start < _codePoints[middle].Start)
            {
                high = middle - 1;
            }
            else
            {
                return middle;
            }
        }

        return -1;
    }
}
