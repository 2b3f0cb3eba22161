using System.Collections.Immutable;

namespace KvCompose.Shared;

/// <summary>Names of the runtime library that the compiler side knows; a test compares them with the library.</summary>
internal static class WellKnownNames
{
    public const string Namespace = "KvCompose";
    public const string PipelineAttribute = Namespace + "." + PipelineAttributeName;
    public const string PipelineAttributeName = "KvPipelineAttribute";
    public const string StageAttribute = "StageAttribute";
    public const string StageOptionAttribute = "StageOptionAttribute";
    public const string MaxCacheBytesAttribute = "MaxCacheBytesAttribute";
    public const string KernelShapeAttribute = "KernelShapeAttribute";
    public const string TunedForAttribute = "TunedForAttribute";
    public const string CaveatAttribute = "CaveatAttribute";

    /// <summary>The property of a stage's attribute that names an additional file.</summary>
    public const string Profile = "Profile";

    /// <summary>The property of a stage's attribute that lists the layers which choose for others.</summary>
    public const string Filters = "Filters";

    /// <summary>The property of [KvPipeline] that names the model's configuration.</summary>
    public const string Model = "Model";

    /// <summary>The generic attribute that fills a slot, without its arity: <c>TokenSelectionAttribute</c>.</summary>
    public static string AttributeOf(StageSlot slot) => slot + "Attribute";

    /// <summary>The facts of a stage in a slot, as a declaration writes them: <c>TokenSelectionFacts</c>.</summary>
    public static string FactsOf(StageSlot slot) => slot + "Facts";

    /// <summary>The contract of a selection that goes on while decoding.</summary>
    public const string DecodeEviction = "IDecodeEviction";

    /// <summary>The contract of a residency whose tokens come back.</summary>
    public const string Retrieval = "IRetrieval";

    /// <summary>The contract of a tier that also takes what layers lose which are done.</summary>
    public const string CascadeTier = "ICascadeTier";

    /// <summary>What is known of one token when it is scored.</summary>
    public const string TokenStatistics = "TokenStatistics";

    /// <summary>What is known of one layer when budgets are set.</summary>
    public const string LayerStatistics = "LayerStatistics";

    /// <summary>The entropy of a layer's attention, in <see cref="LayerStatistics"/>.</summary>
    public const string Entropy = "Entropy";

    /// <summary>The summed variance of a layer's attention, in <see cref="LayerStatistics"/>.</summary>
    public const string Variance = "Variance";

    /// <summary>The contracts of all slots and of what goes beyond them.</summary>
    public static readonly ImmutableHashSet<string> Contracts =
        [.. Enum.GetValues(typeof(StageSlot)).Cast<StageSlot>().Select(ContractOf), DecodeEviction, Retrieval];

    /// <summary>The namespace of tiers.</summary>
    public const string Residency = "Residency";

    /// <summary>The contract of a slot, without its arity: <c>ITokenSelection</c>.</summary>
    public static string ContractOf(StageSlot slot) => "I" + slot;
}
