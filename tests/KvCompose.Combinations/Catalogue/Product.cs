namespace KvCompose.Combinations.Catalogue;

/// <summary>The full product of the built-in stages, and arrays of it that cover every pair or every triple of choices.</summary>
internal static class Product
{
    private static readonly StageChoice?[][] Slots =
        [.. Enum.GetValues<StageSlot>().Select(static slot => BuiltInStages.All[slot].Any(IsWhatNoneMeans) ? BuiltInStages.All[slot] : BuiltInStages.All[slot].Prepend(null).ToArray())];

    /// <summary>Every combination, slot by slot as in an odometer.</summary>
    public static IReadOnlyList<Combination> All { get; } = Multiply();

    /// <summary>
    /// Of the given combinations some that together hold every set of <paramref name="strength"/> choices that any of them holds. Greedy and
    /// deterministic: each time the one with most sets that are still missing, of equals the first.
    /// </summary>
    public static IReadOnlyList<Combination> Cover(IReadOnlyList<Combination> combinations, int strength)
    {
        var sets = combinations.Select(combination => Sets(combination, strength).ToArray()).ToArray();
        HashSet<long> missing = [.. sets.SelectMany(static own => own)];
        var covering = new List<Combination>();
        while (missing.Count > 0)
        {
            int best = 0, most = 0;
            for (int i = 0; i < sets.Length; i++)
            {
                int gained = sets[i].Count(missing.Contains);
                (best, most) = gained > most ? (i, gained) : (best, most);
            }

            covering.Add(combinations[best]);
            missing.ExceptWith(sets[best]);
        }

        return covering;
    }

    /// <summary>Every set of as many choices that some of the combinations hold, as numbers.</summary>
    public static IReadOnlySet<long> Sets(IEnumerable<Combination> combinations, int strength)
        => combinations.SelectMany(combination => Sets(combination, strength)).ToHashSet();

    /// <summary>Every set of as many slots with what the combination has in them, as a number.</summary>
    private static IEnumerable<long> Sets(Combination combination, int strength)
    {
        for (int chosen = 0; chosen < 1 << Slots.Length; chosen++)
        {
            if (System.Numerics.BitOperations.PopCount((uint)chosen) != strength)
            {
                continue;
            }

            long code = chosen;
            for (int slot = 0; slot < Slots.Length; slot++)
            {
                if ((chosen >> slot & 1) != 0)
                {
                    code = (code * 64) + Array.IndexOf(Slots[slot], combination.Choices[slot]);
                }
            }

            yield return code;
        }
    }

    /// <summary>A slot left empty stores elements exactly: the stage that says so is the same choice.</summary>
    private static bool IsWhatNoneMeans(StageChoice choice) => choice is { Slot: StageSlot.Storage, Facts: StorageFactsAttribute { Lossy: false, ElementBits: 32 } };

    private static Combination[] Multiply()
    {
        IEnumerable<StageChoice?[]> all = [[]];
        foreach (StageChoice?[] slot in Slots)
        {
            all = [.. all.SelectMany(choices => slot.Select(choice => choices.Append(choice).ToArray()))];
        }

        return [.. all.Select(static (choices, number) => new Combination(number, choices))];
    }
}
