namespace KvCompose;

/// <summary>
/// Capped water-filling b_l = min(cap_l, λ·P_l) with Σ b = T in whole tokens. Rounding follows the divisor rule of D'Hondt: token
/// after token goes to the open layer with the largest P_l / (b_l + 1). The order of these claims does not depend on which layers
/// exist, so a new layer can only take tokens from finished ones, never give them any; and T is used to the last token.
/// </summary>
internal static class CakeWaterFilling
{
    private const int StackLayers = 256;

    // Below every claim of a layer with a preference (the smallest positive float over the largest int), so that layers
    // without one share evenly what all others cannot hold.
    private const double NoPreference = 1e-60;

    // What float64 could err in λ·P, with room: claims this close to the water level are decided one by one.
    private const double BelowLevel = 1 - 1e-12;

    /// <summary>
    /// Budgets of the layers so far. From the first layer on whose preference is no finite number ≥ 0, shares are uniform, bounded
    /// by what the layers before had.
    /// </summary>
    /// <param name="preferences">P of the layers so far.</param>
    /// <param name="caps">Most tokens each layer can use.</param>
    /// <param name="total">T, the tokens to hand out.</param>
    /// <param name="budgets">Receives the tokens of each layer; their sum is min(T, Σ caps).</param>
    public static void Allocate(ReadOnlySpan<float> preferences, ReadOnlySpan<int> caps, int total, Span<int> budgets)
    {
        int usable = 0;
        while (usable < preferences.Length && CakeDivision.IsUsable(preferences[usable]))
        {
            usable++;
        }

        Divide(preferences[..usable], caps[..usable], total, budgets[..usable]);
        if (usable < preferences.Length)
        {
            Span<int> ceilings = caps.Length <= StackLayers ? stackalloc int[caps.Length] : new int[caps.Length];
            caps.CopyTo(ceilings);
            budgets[..usable].CopyTo(ceilings);
            Divide([], ceilings, total, budgets);
        }
    }

    /// <summary>Divides by preference, or evenly when <paramref name="preferences"/> is empty.</summary>
    private static void Divide(ReadOnlySpan<float> preferences, ReadOnlySpan<int> caps, int total, Span<int> budgets)
    {
        double level = WaterLevel(preferences, caps, total) * BelowLevel;
        int left = total;
        for (int layer = 0; layer < budgets.Length; layer++)
        {
            budgets[layer] = (int)Math.Min(caps[layer], level * Weight(preferences, layer));
            left -= budgets[layer];
        }

        for (; left > 0; left--)
        {
            int claimant = LargestClaim(preferences, caps, budgets);
            if (claimant < 0)
            {
                return;
            }

            budgets[claimant]++;
        }
    }

    /// <summary>λ with Σ min(cap, λ·P) = T; infinite when the caps hold no more than T.</summary>
    private static double WaterLevel(ReadOnlySpan<float> preferences, ReadOnlySpan<int> caps, int total)
    {
        double level = 0;
        for (int full = -1; ;)
        {
            double open = 0;
            long held = 0;
            int fullNow = 0;
            for (int layer = 0; layer < caps.Length; layer++)
            {
                double weight = Weight(preferences, layer);
                bool isFull = level * weight >= caps[layer];
                open += isFull ? 0 : weight;
                held += isFull ? caps[layer] : 0;
                fullNow += isFull ? 1 : 0;
            }

            if (fullNow == full)
            {
                return level;
            }

            if (fullNow == caps.Length)
            {
                return double.PositiveInfinity;
            }

            full = fullNow;
            level = Math.Max(level, (total - held) / open);
        }
    }

    private static int LargestClaim(ReadOnlySpan<float> preferences, ReadOnlySpan<int> caps, ReadOnlySpan<int> budgets)
    {
        int claimant = -1;
        double largest = 0;
        for (int layer = 0; layer < budgets.Length; layer++)
        {
            double claim = Weight(preferences, layer) / (budgets[layer] + 1.0);
            if (budgets[layer] < caps[layer] && claim > largest)
            {
                (claimant, largest) = (layer, claim);
            }
        }

        return claimant;
    }

    private static double Weight(ReadOnlySpan<float> preferences, int layer) =>
        preferences.IsEmpty ? 1 : preferences[layer] > 0 ? preferences[layer] : NoPreference;
}
