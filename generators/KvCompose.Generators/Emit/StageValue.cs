using KvCompose.Shared;
using KvCompose.Shared.Specs;

namespace KvCompose.Generators.Emit;

/// <summary>A stage with its declared options, as an expression.</summary>
internal static class StageValue
{
    public static string Of(StageSpec stage) => stage.Options.Count == 0
        ? $"new {stage.Type}()"
        : $"new {stage.Type} {{ {string.Join(", ", stage.Options.Select(static option => Identifier.Escape(option.Name) + " = " + option.Literal))} }}";

    /// <summary>The value that a session uses: its option where some stay open until run time, else the constants.</summary>
    public static string InSession(StageSpec stage) => stage.HasRunTimeOptions ? "_options." + stage.Name : Of(stage);

    /// <summary>As <see cref="InSession"/>, with the declared constants whatever the caller's value has in their place.</summary>
    public static string WithConstants(StageSpec stage)
    {
        string constants = string.Join(
            ", ", stage.Options.Where(static option => !option.RunTime).Select(static option => Identifier.Escape(option.Name) + " = " + option.Literal));
        return stage.HasRunTimeOptions && constants.Length > 0 ? $"{InSession(stage)} with {{ {constants} }}" : InSession(stage);
    }
}
