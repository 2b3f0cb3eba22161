using KvCompose.Generators.Planning;
using KvCompose.Shared;

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

    /// <summary>A vector of elements of a key or value block, as they are stored.</summary>
    public string Load(LeafWidth width, string block, string place)
        => width.Bits == 512 ? $"{Type}.Load({block}, {place})" : $"StoredVectors.Load{CSharpLiteral.Of(width.Bits)}<{Type}>({block}, {place})";

    /// <summary>A vector of elements of a value row, whose scale and zero point are at hand.</summary>
    public string Value(LeafWidth width, string place) => Quantised
        ? $"Vector{CSharpLiteral.Of(width.Bits)}.MultiplyAddEstimate({Load(width, "block", place)}, scale, zero)"
        : Load(width, "block", place);
}
