namespace KvCompose.Combinations.Catalogue;

/// <summary>A choice, or none, for every slot.</summary>
/// <param name="Number">Its place in the full product.</param>
/// <param name="Choices">[slots], null for a slot that stays empty.</param>
internal sealed record Combination(int Number, IReadOnlyList<StageChoice?> Choices)
{
    /// <summary>Name of the pipeline class.</summary>
    public string ClassName => $"C{Number:D5}";

    /// <summary>The stage of a slot.</summary>
    public StageChoice? this[StageSlot slot] => Choices[(int)slot];

    /// <summary>The stages that are there.</summary>
    public IEnumerable<StageChoice> Stages => Choices.OfType<StageChoice>();

    /// <summary>Whether it is declared without a shape.</summary>
    public bool Open { get; init; }

    /// <summary>The declaration, for the small model's shape or for any.</summary>
    public string Source
        => $"[global::KvCompose.KvPipeline({(Open ? "" : $"HeadDim = {SmallModel.HeadDim}, GroupSize = {SmallModel.GroupSize}, ")}PageTokens = {SmallModel.PageTokens})]\n"
            + string.Concat(Stages.Select(static stage => stage.Declaration + "\n"))
            + $"public sealed partial class {ClassName};\n";

    /// <inheritdoc/>
    public override string ToString() => string.Join(" + ", Stages);
}
