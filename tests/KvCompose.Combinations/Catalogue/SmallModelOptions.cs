using System.Reflection;

namespace KvCompose.Combinations.Catalogue;

/// <summary>Values of options for a model of a few layers and prompts of a hundred tokens: by role, and by name where an option has none.</summary>
internal static class SmallModelOptions
{
    /// <summary>The additional file with scores of the small model's heads.</summary>
    public const string HeadScores = "heads.json";

    /// <summary>Tokens that a head keeps of a prompt.</summary>
    public const int Budget = 40;

    /// <summary>Layers that choose for those after them.</summary>
    public static readonly int[] Filters = [0];

    /// <summary>The value that a stage is declared with.</summary>
    public static object Of(StageSlot slot, string name, StageOptionAttribute marker) => (slot, marker.Role, name) switch
    {
        (StageSlot.LayerBudget, OptionRole.Budget, _) => Budget,
        (StageSlot.Propagation, OptionRole.Layer, _) => 1,
        (StageSlot.Propagation, OptionRole.Rate, _) => 0.7,
        (_, OptionRole.Window, _) => 8,
        (_, OptionRole.ProfileRatio, _) => 0.7,
        // Of fewer tokens than dimensions all leverages are equal but for rounding, which standardising makes large: longer prompts are tested beside the reference.
        (StageSlot.TokenSelection, OptionRole.None, "Blending") => 0f,
        (_, OptionRole.Lag, _) => 16,
        (_, OptionRole.Chunk, _) => 24,
        (_, OptionRole.ChosenTogether, _) => 5,
        (StageSlot.HeadRole, OptionRole.None, "Recent") => 24,
        (StageSlot.Residency, OptionRole.Retrieved, _) => 32,
        (StageSlot.Residency, OptionRole.None, "Window") => (int)Math.Max(2, marker.Minimum),
        (StageSlot.Residency, OptionRole.DenseLayers or OptionRole.WaitLayers, _) => 0,
        _ => marker.DefaultValue,
    };

    /// <summary>The additional file that a declaration must name, or null.</summary>
    public static string? ProfileOf(Type stage)
        => stage.GetCustomAttribute<StageFactsAttribute>()?.Profile == ProfileKind.HeadScores ? HeadScores : null;
}
