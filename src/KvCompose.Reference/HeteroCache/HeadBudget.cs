namespace KvCompose.Reference.HeteroCache;

/// <summary>How many prompt tokens a head holds. Spec §1.3.</summary>
public static class HeadBudget
{
    /// <summary>Checks what is checked once at load: ⌊r·H⌋ &gt; F.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The full heads alone take the whole ratio.</exception>
    public static void RequireRoom(double ratio, HeadProfile profile)
    {
        if (Math.Floor(ratio * profile.Heads) <= profile.FullHeads)
        {
            throw new ArgumentOutOfRangeException(nameof(ratio), ratio,
                $"{profile.FullHeads} of {profile.Heads} heads keep the whole prompt: nothing is left for the others unless the ratio " +
                $"is at least {(profile.FullHeads + 1.0) / profile.Heads:R}");
        }
    }

    /// <summary>base = ⌊(r·H − F)·n / (H − F)⌋ in float64, toward zero: the tokens of a head of weight 1.</summary>
    /// <param name="ratio">r, share of the prompt's keys and values that stays resident over the whole model.</param>
    /// <param name="heads">H, key-value heads of the model.</param>
    /// <param name="fullHeads">F, heads that keep the whole prompt.</param>
    /// <param name="promptTokens">n.</param>
    /// <exception cref="ArgumentOutOfRangeException">Every head is full: there is nothing to share out.</exception>
    public static int Base(double ratio, int heads, int fullHeads, int promptTokens) => fullHeads < heads
        ? (int)((ratio * heads - fullHeads) * promptTokens / (heads - fullHeads))
        : throw new ArgumentOutOfRangeException(nameof(fullHeads), fullHeads, $"all of {heads} heads keep the whole prompt");

    /// <summary>c_h = min(⌊base·w_h⌋, n), at least 0, in float64. What is cut off at n goes to nobody.</summary>
    public static int Capacity(int baseTokens, double weight, int promptTokens) =>
        (int)Math.Clamp(Math.Floor(baseTokens * weight), 0, promptTokens);

    /// <summary>The same product in float32: what the published code keeps of the prompt (defect C).</summary>
    public static int CapacityInSingle(int baseTokens, double weight, int promptTokens) =>
        (int)Math.Clamp(MathF.Floor((float)baseTokens * (float)weight), 0, promptTokens);
}
