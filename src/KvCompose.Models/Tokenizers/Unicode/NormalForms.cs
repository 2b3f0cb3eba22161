namespace KvCompose.Models.Tokenizers.Unicode;

/// <summary>
/// Unicode normal forms (UAX #15). Each character of the result carries a change: 0 replaces one character of the source,
/// above 0 is inserted, below 0 also swallows that many further ones.
/// </summary>
internal static class NormalForms
{
    private const int HangulFirst = 0xAC00, HangulCount = 11172, LeadFirst = 0x1100, VowelFirst = 0x1161, TrailFirst = 0x11A7;
    private const int VowelCount = 21, TrailCount = 28;

    public static int CombiningClass(int codePoint) => codePoint < 0x300 ? 0 : UnicodeData.Tables.CombiningClasses.Find(codePoint, 0);

    /// <summary>The normal form of a text without lone surrogates.</summary>
    public static List<(int CodePoint, int Change)> Apply(ReadOnlySpan<char> text, bool compatible, bool compose)
    {
        var decomposed = new List<(int CodePoint, int Change)>(text.Length);
        int sorted = 0;
        for (int i = 0; i < text.Length; i += CodePoints.Length(text, i))
        {
            int from = decomposed.Count;
            Decompose(CodePoints.At(text, i), compatible, decomposed, first: true);
            for (int j = from; j < decomposed.Count; j++)
            {
                if (CombiningClass(decomposed[j].CodePoint) == 0)
                {
                    Sort(decomposed, sorted, j);
                    sorted = j;
                }
            }
        }

        Sort(decomposed, sorted, decomposed.Count);
        return compose ? Compose(decomposed) : decomposed;
    }

    private static bool Decompose(int c, bool compatible, List<(int CodePoint, int Change)> into, bool first)
    {
        if (c is >= HangulFirst and < HangulFirst + HangulCount)
        {
            int index = c - HangulFirst, trail = index % TrailCount;
            into.Add((LeadFirst + index / (VowelCount * TrailCount), first ? 0 : 1));
            into.Add((VowelFirst + index % (VowelCount * TrailCount) / TrailCount, 1));
            if (trail != 0)
            {
                into.Add((TrailFirst + trail, 1));
            }

            return false;
        }

        if (c >= 0xA0 && UnicodeData.Tables.Decompositions.TryGetValue(c, out int[]? parts) && (compatible || parts[0] == 0))
        {
            foreach (int part in parts.AsSpan(1))
            {
                first = Decompose(part, compatible, into, first);
            }

            return false;
        }

        into.Add((c, first ? 0 : 1));
        return false;
    }

    /// <summary>Canonical order: marks after <paramref name="from"/> by their class, equal ones as they stood.</summary>
    private static void Sort(List<(int CodePoint, int Change)> list, int from, int to)
    {
        if (to - from < 2)
        {
            return;
        }

        // A linear pass finds the usual case, marks in order already; a stable sort does the rest in n log n.
        bool ordered = true;
        for (int i = from + 1; i < to && ordered; i++)
        {
            ordered = CombiningClass(list[i - 1].CodePoint) <= CombiningClass(list[i].CodePoint);
        }

        if (!ordered)
        {
            (int CodePoint, int Change)[] run = [.. list.Skip(from).Take(to - from).OrderBy(item => CombiningClass(item.CodePoint))];
            for (int i = 0; i < run.Length; i++)
            {
                list[from + i] = run[i];
            }
        }
    }

    private static List<(int CodePoint, int Change)> Compose(List<(int CodePoint, int Change)> source)
    {
        var result = new List<(int CodePoint, int Change)>(source.Count);
        int starter = -1, lastClass = 0;
        foreach ((int c, int change) in source)
        {
            int combining = CombiningClass(c);
            if (starter >= 0)
            {
                bool adjacent = starter == result.Count - 1;
                if ((adjacent || lastClass < combining) && TryCompose(result[starter].CodePoint, c, out int composed))
                {
                    result[starter] = (composed, result[starter].Change + change - 1);
                    continue;
                }
            }

            if (combining == 0)
            {
                starter = result.Count;
            }

            lastClass = combining;
            result.Add((c, change));
        }

        return result;
    }

    private static bool TryCompose(int first, int second, out int composed)
    {
        if (first is >= LeadFirst and < LeadFirst + 19 && second is >= VowelFirst and < VowelFirst + VowelCount)
        {
            composed = HangulFirst + ((first - LeadFirst) * VowelCount + second - VowelFirst) * TrailCount;
            return true;
        }

        if (first is >= HangulFirst and < HangulFirst + HangulCount && (first - HangulFirst) % TrailCount == 0
            && second is > TrailFirst and < TrailFirst + TrailCount)
        {
            composed = first + second - TrailFirst;
            return true;
        }

        return UnicodeData.Tables.Compositions.TryGetValue((first, second), out composed);
    }
}
