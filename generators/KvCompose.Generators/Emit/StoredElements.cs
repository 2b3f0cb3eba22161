using KvCompose.Generators.Planning;

namespace KvCompose.Generators.Emit;

/// <summary>How the leaf loops read elements of a page.</summary>
/// <param name="Suffix">What their names end with.</param>
/// <param name="Type">The storage.</param>
/// <param name="Bits">Bits of an element, as an expression.</param>
/// <param name="ElementBits">The same as a number.</param>
/// <param name="Quantised">Whether elements are codes.</param>
/// <param name="Channels">Channels of a key, as an expression.</param>
/// <param name="KeyChannels">The same as a number, where the shape is stated.</param>
/// <param name="Pruned">Whether these are fewer than d.</param>
internal sealed record StoredElements(string Suffix, string Type, string Bits, int ElementBits, bool Quantised, string Channels, int KeyChannels, bool Pruned)
{
    private const string AllChannels = "Plan.HeadDim";

    /// <summary>The tokens of a page that is not full yet, where full ones are sealed.</summary>
    public static StoredElements Open(PipelinePlan plan) => new("Open", PagePlan.SinglePrecision, "32", PagePlan.SinglePrecisionBits, Quantised: false, AllChannels, plan.HeadDim, Pruned: false);

    /// <summary>As the pipeline stores them.</summary>
    public static StoredElements Of(PipelinePlan plan) => new(
        "", plan.Pages.Storage, "Plan.ElementBits", plan.Pages.Layout.ElementBits, plan.Pages.Layout.Quantised, plan.Pages.Layout.Pruned ? "Plan.KeyChannels" : AllChannels, plan.Pages.Layout.KeyChannels,
        plan.Pages.Layout.Pruned);

    /// <summary>Sixteen elements of a value row, whose scale and zero point are at hand.</summary>
    public string Value(string place) => Quantised
        ? $"Vector512.MultiplyAddEstimate({Type}.Load(block, {place}), scale, zero)"
        : $"{Type}.Load(block, {place})";
}
