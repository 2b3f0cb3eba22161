using KvCompose.Models.Tokenizers.Unicode;

namespace KvCompose.Models.Tokenizers.Patterns;

/// <summary>Full case folding: which characters fold to the same character, and which to the same sequence.</summary>
internal static class CaseFolding
{
    private static readonly Dictionary<int, int[]> s_byFolded = [];
    private static readonly Dictionary<int, List<(int Character, int[] Sequence)>> s_longByFirst = [];

    static CaseFolding()
    {
        foreach (IGrouping<int, int> group in UnicodeData.Tables.Folding.Where(entry => entry.Value.Length == 1).GroupBy(entry => entry.Value[0], entry => entry.Key))
        {
            s_byFolded[group.Key] = [group.Key, .. group];
        }

        foreach ((int character, int[] sequence) in UnicodeData.Tables.Folding.Where(entry => entry.Value.Length > 1))
        {
            if (!s_longByFirst.TryGetValue(sequence[0], out List<(int, int[])>? list))
            {
                s_longByFirst[sequence[0]] = list = [];
            }

            list.Add((character, sequence));
        }
    }

    /// <summary>The folding of a character; itself where it has none.</summary>
    public static ReadOnlySpan<int> Fold(int character, Span<int> single)
    {
        if (UnicodeData.Tables.Folding.TryGetValue(character, out int[]? folded))
        {
            return folded;
        }

        single[0] = character;
        return single[..1];
    }

    /// <summary>All characters that fold to this one, which is folded.</summary>
    public static ReadOnlySpan<int> Unfold(int folded) => s_byFolded.TryGetValue(folded, out int[]? all) ? all : new[] { folded };

    /// <summary>Characters whose folding is several characters that begin like the rest of a sequence.</summary>
    public static IEnumerable<(int Character, int Length)> LongAt(int[] sequence, int index)
        => s_longByFirst.TryGetValue(sequence[index], out List<(int Character, int[] Sequence)>? list)
            ? list.Where(item => sequence.AsSpan(index).StartsWith(item.Sequence)).Select(item => (item.Character, item.Sequence.Length))
            : [];

    /// <summary>A set with everything that folds to the same single character, and the sequences that its characters fold to.</summary>
    public static (CharacterSet Set, List<int[]> Sequences) Close(CharacterSet set)
    {
        var more = new List<int>();
        var sequences = new List<int[]>();
        foreach ((int character, int[] folded) in UnicodeData.Tables.Folding)
        {
            if (folded.Length == 1)
            {
                int[] all = s_byFolded[folded[0]];
                if (all.Any(set.Contains))
                {
                    more.AddRange(all);
                }
            }
            else if (set.Contains(character))
            {
                sequences.Add(folded);
                more.AddRange(UnicodeData.Tables.Folding.Where(other => other.Value.AsSpan().SequenceEqual(folded)).Select(other => other.Key));
            }
        }

        return (set.Union(CharacterSet.Of(more)), sequences);
    }
}
