namespace KvCompose.Models.Tokenizers.Patterns;

/// <summary>What can be said about a part of a pattern without running it.</summary>
internal static class NodeFacts
{
    private const int MaxFoldedGrowth = 3; // A character folds to at most three.

    /// <summary>The characters that a match begins with; null if it may be empty, or nothing is known.</summary>
    public static CharacterSet? First(PatternNode node)
    {
        switch (node)
        {
            case PatternNode.Set set:
                return set.Characters;
            case PatternNode.Folded folded:
                return CharacterSet.Of(CaseFolding.Unfold(folded.Sequence[0]).ToArray().Concat(CaseFolding.LongAt(folded.Sequence, 0).Select(item => item.Character)));
            case PatternNode.Capture capture:
                return First(capture.Body);
            case PatternNode.Atomic atomic:
                return First(atomic.Body);
            case PatternNode.Repeat { Least: > 0, Most: not 0 } repeat:
                return First(repeat.Body);
            case PatternNode.Alternation alternation:
                CharacterSet? union = CharacterSet.Empty;
                foreach (PatternNode branch in alternation.Branches)
                {
                    union = First(branch) is { } first ? union?.Union(first) : null;
                }

                return union;
            case PatternNode.Concatenation sequence:
                return FirstOfSequence(sequence.Parts);
            default:
                return null;
        }
    }

    /// <summary>Fewest and most characters of a match; −1 for no limit.</summary>
    public static (int Least, int Most) Length(PatternNode node)
    {
        switch (node)
        {
            case PatternNode.Set:
                return (1, 1);
            case PatternNode.Folded folded:
                return ((folded.Sequence.Length + MaxFoldedGrowth - 1) / MaxFoldedGrowth, folded.Sequence.Length);
            case PatternNode.Capture capture:
                return Length(capture.Body);
            case PatternNode.Atomic atomic:
                return Length(atomic.Body);
            case PatternNode.Repeat repeat:
                (int least, int most) = Length(repeat.Body);
                return (Bounded((long)least * repeat.Least), most == 0 || repeat.Most == 0 ? 0 : most < 0 || repeat.Most < 0 ? -1 : Bounded((long)most * repeat.Most));
            case PatternNode.Alternation alternation:
                return alternation.Branches.Select(Length).Aggregate((a, b) => (Math.Min(a.Least, b.Least), a.Most < 0 || b.Most < 0 ? -1 : Math.Max(a.Most, b.Most)));
            case PatternNode.Concatenation sequence:
                return sequence.Parts.Select(Length).Aggregate((Least: 0, Most: 0), (a, b) => (Bounded((long)a.Least + b.Least), a.Most < 0 || b.Most < 0 ? -1 : Bounded((long)a.Most + b.Most)));
            case PatternNode.BackReference:
                return (0, -1);
            default:
                return (0, 0);
        }
    }

    private static int Bounded(long length) => (int)Math.Min(length, int.MaxValue);

    private static CharacterSet? FirstOfSequence(IReadOnlyList<PatternNode> parts)
    {
        CharacterSet union = CharacterSet.Empty;
        foreach (PatternNode part in parts)
        {
            if (First(part) is { } first)
            {
                return union.Union(first);
            }

            // A part that can be left out adds its own beginnings to those of the next; of other parts nothing is known.
            if (part is not PatternNode.Repeat { Body: PatternNode.Set set, Most: not 0 })
            {
                return null;
            }

            union = union.Union(set.Characters);
        }

        return null;
    }
}
