namespace KvCompose.Reference;

/// <summary>
/// CAKE's shares by D'Hondt's rule: one token after another goes to the layer with the largest P / (b + 1) among those below their cap, of
/// equals to the first. Layers with P = 0 come after all others and get tokens in turn.
/// </summary>
public static class CakeTokenByToken
{
    /// <summary>Tokens of each layer. From the first preference on that is no finite number ≥ 0, all layers share evenly, none above what it had.</summary>
    /// <param name="preferences">P of the layers so far.</param>
    /// <param name="caps">Most tokens each layer can use.</param>
    /// <param name="total">T, the tokens to hand out.</param>
    public static int[] Allocate(IReadOnlyList<float> preferences, IReadOnlyList<int> caps, int total)
    {
        float[] usable = [.. preferences.TakeWhile(static preference => float.IsFinite(preference) && preference >= 0)];
        int[] budgets = HandOut(usable, [.. caps.Take(usable.Length)], total);
        if (usable.Length == preferences.Count)
        {
            return budgets;
        }

        float[] equal = [.. Enumerable.Repeat(1f, preferences.Count)];
        return HandOut(equal, [.. budgets, .. caps.Skip(usable.Length)], total);
    }

    private static int[] HandOut(float[] preferences, int[] caps, int total)
    {
        var budgets = new int[preferences.Length];
        for (int token = 0; token < total; token++)
        {
            int receiver = -1;
            for (int layer = 0; layer < budgets.Length; layer++)
            {
                if (budgets[layer] < caps[layer] && (receiver < 0 || ComesBefore(layer, receiver)))
                {
                    receiver = layer;
                }
            }

            if (receiver < 0)
            {
                break;
            }

            budgets[receiver]++;
        }

        return budgets;

        bool ComesBefore(int layer, int other)
        {
            double claim = preferences[layer] / (budgets[layer] + 1.0), best = preferences[other] / (budgets[other] + 1.0);
            return claim > best || (claim == 0 && best == 0 && budgets[layer] < budgets[other]);
        }
    }
}
