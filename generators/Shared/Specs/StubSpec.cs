namespace KvCompose.Shared.Specs;

/// <summary>A pipeline whose declaration is in error: where it stands, and the stages that its options have.</summary>
/// <param name="Hierarchy">Where the class stands.</param>
/// <param name="Stages">The stages that can be named from where the options can.</param>
/// <param name="Inherited">Names of generated members that a base class has a member of.</param>
internal sealed record StubSpec(HierarchySpec Hierarchy, EquatableArray<StubStage> Stages, EquatableArray<string> Inherited)
{
    /// <summary>Whether the declaration states no shape.</summary>
    public bool Open { get; init; }

    /// <summary>The stub of a pipeline that is in error because of what its files say.</summary>
    public static StubSpec Of(PipelineSpec spec) => new(
        spec.Hierarchy,
        spec.Stages.Where(static stage => stage.Reach != StageReach.Inside).Select(static stage => new StubStage(stage.Type, stage.Name, stage.Reach)).ToEquatableArray(),
        spec.Inherited)
    { Open = spec.Open };
}

/// <summary>A stage of such a pipeline.</summary>
/// <param name="Type">The stage.</param>
/// <param name="Name">The option that holds it.</param>
/// <param name="Reach">From where it can be named.</param>
internal sealed record StubStage(TypeRef Type, string Name, StageReach Reach);
