namespace KvCompose;

/// <summary>
/// The authors' ledger, step by step, in float64 on float32 preferences. Its hand-outs are equal, not proportional, and may
/// raise a layer that has already shrunk, which then cannot use them.
/// </summary>
internal static class CakePublishedDivision
{
    /// <summary>Truncated shares, balanced, then clamped to the caps; what the clamp takes is lost.</summary>
    /// <param name="preferences">P of the layers so far.</param>
    /// <param name="caps">Most tokens each layer can use.</param>
    /// <param name="total">T, the tokens to hand out.</param>
    /// <param name="budgets">Receives the tokens of each layer.</param>
    public static void Allocate(ReadOnlySpan<float> preferences, ReadOnlySpan<int> caps, int total, Span<int> budgets)
    {
        Truncate(preferences, total, budgets);
        Balance(budgets, caps, total);
        for (int layer = 0; layer < budgets.Length; layer++)
        {
            budgets[layer] = Math.Min(budgets[layer], caps[layer]);
        }
    }

    /// <summary>
    /// Shares (P / ΣP)·T cut to whole tokens. Uniform when ΣP is 0 or a preference is no finite number ≥ 0, where the authors'
    /// code fails.
    /// </summary>
    /// <param name="preferences">P of the layers so far.</param>
    /// <param name="total">T.</param>
    /// <param name="budgets">Receives the truncated shares.</param>
    public static void Truncate(ReadOnlySpan<float> preferences, int total, Span<int> budgets)
    {
        double sum = 0;
        bool usable = true;
        foreach (float preference in preferences)
        {
            sum += preference;
            usable &= CakeDivision.IsUsable(preference);
        }

        usable &= sum > 0;
        for (int layer = 0; layer < budgets.Length; layer++)
        {
            // Dividing first is part of the definition: T / ΣP as one factor truncates differently.
            double share = usable ? preferences[layer] / sum : 1.0 / budgets.Length;
            budgets[layer] = (int)(share * total);
        }
    }

    /// <summary>
    /// Cuts budgets to their caps and hands the excess out equally, then hands out or takes back what is missing to T. The result
    /// may exceed the caps; when no layer is open, what is left is dropped.
    /// </summary>
    /// <param name="budgets">Whole shares on entry, balanced budgets on return.</param>
    /// <param name="caps">Most tokens each layer can use.</param>
    /// <param name="total">T.</param>
    public static void Balance(Span<int> budgets, ReadOnlySpan<int> caps, int total)
    {
        int excess = 0;
        for (int layer = 0; layer < budgets.Length; layer++)
        {
            excess += Math.Max(budgets[layer] - caps[layer], 0);
            budgets[layer] = Math.Min(budgets[layer], caps[layer]);
        }

        HandOut(budgets, caps, excess);
        int missing = total;
        foreach (int budget in budgets)
        {
            missing -= budget;
        }

        if (missing >= 0)
        {
            HandOut(budgets, caps, missing);
        }
        else
        {
            TakeBack(budgets, -missing);
        }
    }

    private static void HandOut(Span<int> budgets, ReadOnlySpan<int> caps, int tokens)
    {
        int open = 0;
        for (int layer = 0; layer < budgets.Length; layer++)
        {
            open += budgets[layer] < caps[layer] ? 1 : 0;
        }

        for (int layer = 0, turn = 0; layer < budgets.Length && open > 0; layer++)
        {
            if (budgets[layer] < caps[layer])
            {
                budgets[layer] += EqualPart(tokens, open, turn++);
            }
        }
    }

    private static void TakeBack(Span<int> budgets, int tokens)
    {
        int givers = 0;
        foreach (int budget in budgets)
        {
            givers += budget > 1 ? 1 : 0;
        }

        for (int layer = 0, turn = 0; layer < budgets.Length && givers > 0; layer++)
        {
            if (budgets[layer] > 1)
            {
                budgets[layer] -= EqualPart(tokens, givers, turn++);
            }
        }
    }

    private static int EqualPart(int tokens, int parts, int turn) => tokens / parts + (turn < tokens % parts ? 1 : 0);
}
