namespace KvCompose.Shared.Specs;

/// <summary>Everything a declaration says, without a symbol.</summary>
/// <param name="Hierarchy">Where the class stands.</param>
/// <param name="Name">The class, escaped.</param>
/// <param name="HeadDim">Elements of a head in the cache: d, rounded up to whole vectors of 16.</param>
/// <param name="GroupSize">G.</param>
/// <param name="PageTokens">P.</param>
/// <param name="Stages">The declared stages in the order of their slots, at most one a slot.</param>
/// <param name="Inherited">Names of generated members that a base class has a member of.</param>
/// <param name="Hidden">Names of <see cref="EmittedNames"/> that mean something else where the class stands.</param>
internal sealed record PipelineSpec(
    HierarchySpec Hierarchy, string Name, int HeadDim, int GroupSize, int PageTokens, EquatableArray<StageSpec> Stages,
    EquatableArray<string> Inherited, EquatableArray<string> Hidden)
{
    /// <summary>Elements of the longest head that a pipeline runs.</summary>
    public const int MostHeadDim = 512;

    /// <summary>Query heads of the largest group that a declaration states.</summary>
    public const int MostGroupSize = 16;

    /// <summary>Elements of a head of the model, d: a multiple of 8.</summary>
    public int ModelHeadDim { get; init; } = HeadDim;

    /// <summary>
    /// Whether the declaration states no shape: d and G are those of the model that a session is opened with. What is planned before is planned for the largest.
    /// </summary>
    public bool Open { get; init; }

    /// <summary>The shapes that an open pipeline has kernels for.</summary>
    public EquatableArray<KernelShapeSpec> KernelShapes { get; init; } = [];

    /// <summary>Whether later prompts may begin with what an earlier one has left.</summary>
    public bool SharesPrefixes { get; init; }

    /// <summary>The additional file with the model's configuration; empty without one.</summary>
    public string ModelFile { get; init; } = "";

    /// <summary>What that file says; null until it was read, and without one.</summary>
    public ModelSpec? Model { get; init; }

    /// <summary>Whether the declaration states d itself.</summary>
    public bool StatesHeadDim { get; init; }

    /// <summary>Whether the declaration states G itself.</summary>
    public bool StatesGroupSize { get; init; }

    /// <summary>The limit of the cache, or null without one.</summary>
    public CacheLimitSpec? Limit { get; init; }

    /// <summary>Elements of a head in the cache.</summary>
    public static int Padded(int headDim) => (headDim + 15) / 16 * 16;

    /// <summary>The stage of a slot, or null when the slot is not filled.</summary>
    public StageSpec? this[StageSlot slot]
    {
        get
        {
            foreach (StageSpec stage in Stages)
            {
                if (stage.Slot == slot)
                {
                    return stage;
                }
            }

            return null;
        }
    }
}
