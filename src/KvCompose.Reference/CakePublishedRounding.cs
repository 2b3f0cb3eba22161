namespace KvCompose.Reference;

/// <summary>CAKE's shares as whole tokens, step by step as the authors' code makes them.</summary>
public static class CakePublishedRounding
{
    /// <summary>Truncated shares, adjusted, then cut to the caps; what the last cut takes is lost.</summary>
    /// <param name="preferences">P of the layers so far.</param>
    /// <param name="caps">Most tokens each layer can use.</param>
    /// <param name="total">T, the tokens to hand out.</param>
    public static int[] Allocate(IReadOnlyList<float> preferences, IReadOnlyList<int> caps, int total)
        => Clip(Adjust(Truncate(preferences, total), caps, total), caps);

    /// <summary>⌊(P / ΣP)·T⌋ in float64, divided first. Equal shares where the authors' code fails: ΣP = 0, or a P that is no finite number ≥ 0.</summary>
    /// <param name="preferences">P of the layers so far.</param>
    /// <param name="total">T.</param>
    public static int[] Truncate(IReadOnlyList<float> preferences, int total)
    {
        double sum = preferences.Sum(static preference => (double)preference);
        bool equal = sum == 0 || preferences.Any(static preference => !float.IsFinite(preference) || preference < 0);
        return [.. preferences.Select(preference => (int)((equal ? 1.0 / preferences.Count : preference / sum) * total))];
    }

    /// <summary>
    /// The function that the authors call adjust_budgets: cuts to the caps, hands out the excess in equal parts, then hands out or takes back what
    /// is missing to T. The result may exceed the caps; with no layer to receive or to give, the rest is dropped.
    /// </summary>
    /// <param name="budgets">Whole shares.</param>
    /// <param name="caps">Most tokens each layer can use.</param>
    /// <param name="total">T.</param>
    public static int[] Adjust(IReadOnlyList<int> budgets, IReadOnlyList<int> caps, int total)
    {
        int[] adjusted = Clip(budgets, caps);
        Spread(budgets.Sum() - adjusted.Sum(), adjusted, [.. Layers().Where(layer => adjusted[layer] < caps[layer])]);
        int missing = total - adjusted.Sum();
        Spread(missing, adjusted, [.. Layers().Where(layer => missing >= 0 ? adjusted[layer] < caps[layer] : adjusted[layer] > 1)]);
        return adjusted;

        IEnumerable<int> Layers() => Enumerable.Range(0, adjusted.Length);
    }

    /// <summary>Adds equal parts to some layers, one more (or less) to the first of them until nothing is left.</summary>
    private static void Spread(int tokens, int[] budgets, int[] layers)
    {
        if (layers.Length == 0)
        {
            return;
        }

        (int part, int rest) = Math.DivRem(Math.Abs(tokens), layers.Length);
        for (int place = 0; place < layers.Length; place++)
        {
            budgets[layers[place]] += Math.Sign(tokens) * (part + (place < rest ? 1 : 0));
        }
    }

    private static int[] Clip(IReadOnlyList<int> budgets, IReadOnlyList<int> caps) => [.. budgets.Zip(caps, Math.Min)];
}
