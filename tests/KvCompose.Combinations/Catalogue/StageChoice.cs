using System.Reflection;

namespace KvCompose.Combinations.Catalogue;

/// <summary>One way to fill a slot of a pipeline: a stage with the options it is declared with.</summary>
/// <param name="Slot">The slot.</param>
/// <param name="Stage">The stage struct.</param>
/// <param name="Attribute">The attribute class that declares it.</param>
/// <param name="Arguments">Named arguments of the declaration, as C#.</param>
/// <param name="Options">The stage with these options: what a session runs with.</param>
/// <param name="Label">Short name; tells choices of one stage apart by what they emit.</param>
internal sealed record StageChoice(
    StageSlot Slot, Type Stage, Type Attribute, IReadOnlyList<string> Arguments, object Options, string Label)
{
    /// <summary>A residency that stands beside this one, with heads of its own; null for a choice of one stage.</summary>
    public StageChoice? Beside { get; init; }

    /// <summary>What the stage says of itself.</summary>
    public StageFactsAttribute Facts { get; } = Stage.GetCustomAttribute<StageFactsAttribute>() ?? new TokenSelectionFactsAttribute();

    /// <summary>What it says of the scores by which it chooses tokens.</summary>
    public ScoringFactsAttribute Scoring => Facts as ScoringFactsAttribute ?? new TokenSelectionFactsAttribute();

    /// <summary>Whether the stage is a propagation of two passes.</summary>
    public bool TwoPass => Facts is PropagationFactsAttribute { TwoPass: true };

    /// <summary>The attribute as it stands over a pipeline.</summary>
    public string Declaration
        => $"[global::{Attribute.FullName![..^nameof(System.Attribute).Length]}({string.Join(", ", Arguments)})]{(Beside is null ? "" : "\n" + Beside.Declaration)}";

    /// <summary>Heads whose left-out tokens a residency places.</summary>
    public HeadRoles Serves => Choice(OptionRole.Serves, (Facts as ResidencyFactsAttribute)?.Serves ?? HeadRoles.None) | (Beside?.Serves ?? HeadRoles.None);

    /// <summary>Whether the stage is a residency whose tokens come back.</summary>
    public bool Retrieves => Tier is not null;

    /// <summary>The tier that a residency opens, or null.</summary>
    public Type? Tier
        => Stage.GetInterfaces().FirstOrDefault(static contract => contract.Name.StartsWith("IRetrieval`", StringComparison.Ordinal))?.GetGenericArguments()[1];

    /// <summary>The name of the option with a role, or null.</summary>
    public string? Names(OptionRole role)
        => Stage.GetProperties().FirstOrDefault(property => property.GetCustomAttribute<StageOptionAttribute>()?.Role == role)?.Name;

    /// <summary>The value of the option with a role, or a default.</summary>
    public T Option<T>(OptionRole role, T otherwise)
        => Stage.GetProperties().FirstOrDefault(property => property.Marker()?.Role == role) is { } found
            ? (T)Convert.ChangeType(found.GetValue(Options)!, typeof(T), System.Globalization.CultureInfo.InvariantCulture)
            : otherwise;

    /// <summary>The enum value of the option with a role, or a default.</summary>
    public T Choice<T>(OptionRole role, T otherwise)
        where T : struct, Enum
        => Stage.GetProperties().FirstOrDefault(property => property.Marker()?.Role == role) is { } found
            ? (T)found.GetValue(Options)!
            : otherwise;

    /// <inheritdoc/>
    public override string ToString() => Label;
}
