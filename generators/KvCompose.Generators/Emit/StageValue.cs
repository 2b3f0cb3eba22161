using KvCompose.Shared;
using KvCompose.Shared.Specs;

namespace KvCompose.Generators.Emit;

/// <summary>A stage with its declared options, as an expression.</summary>
internal static class StageValue
{
    public static string Of(StageSpec stage) => stage.Options.Count == 0
        ? $"new {stage.Type}()"
        : $"new {stage.Type} {{ {string.Join(", ", stage.Options.Select(static option => Identifier.Escape(option.Name) + " = " + option.Literal))} }}";

    /// <summary>The value that a session uses: the caller's where some options stay open until run time, with the declared constants in it; else the constants.</summary>
    public static string InSession(StageSpec stage)
    {
        if (!stage.HasRunTimeOptions)
        {
            return Of(stage);
        }

        string constants = string.Join(
            ", ", stage.Options.Where(static option => !option.RunTime).Select(static option => Identifier.Escape(option.Name) + " = " + option.Literal));
        return "_options." + stage.Name + (constants.Length == 0 ? "" : $" with {{ {constants} }}");
    }
}
