using KvCompose.Combinations.Catalogue;

namespace KvCompose.Combinations.Oracle;

/// <summary>
/// The decisions of stages, one after another, behind interfaces that need no type argument. A stage's own scalar code is its plain reference:
/// conformance vectors and the stage's tests hold the two equal. What stands between stages is <see cref="PlainComposition"/>'s.
/// </summary>
internal static class PlainStages
{
    /// <summary>The decisions of a layer budget, or null without one.</summary>
    public static IPlainLayerBudget? LayerBudget(StageChoice? choice) => Wrap<IPlainLayerBudget>(typeof(PlainLayerBudget<>), choice);

    /// <summary>The decisions of a head role, or null without one.</summary>
    public static IPlainHeadRole? HeadRole(StageChoice? choice) => Wrap<IPlainHeadRole>(typeof(PlainHeadRole<>), choice);

    /// <summary>The decisions of a propagation, or null without one.</summary>
    public static IPlainPropagation? Propagation(StageChoice? choice) => Wrap<IPlainPropagation>(typeof(PlainPropagation<>), choice);

    /// <summary>The scores of a selection.</summary>
    public static IPlainScore Score(StageChoice choice) => Wrap<IPlainScore>(typeof(PlainScore<>), choice)!;

    /// <summary>What a selection retains while decoding; null for one that cannot evict.</summary>
    public static IPlainRetention? Retention(StageChoice choice)
        => (choice.Facts.Phases & StagePhases.Decode) != 0 ? Wrap<IPlainRetention>(typeof(PlainRetention<>), choice) : null;

    private static T? Wrap<T>(Type generic, StageChoice? choice)
        where T : class
        => choice is null ? null : (T)Activator.CreateInstance(generic.MakeGenericType(choice.Stage), choice.Options)!;

    private sealed class PlainLayerBudget<TStage>(TStage options) : IPlainLayerBudget
        where TStage : unmanaged, ILayerBudget<TStage>
    {
        public void Allocate(in LayerBudgetContext context, Span<int> budgets) => TStage.Allocate(in options, in context, budgets);
    }

    private sealed class PlainHeadRole<TStage>(TStage options) : IPlainHeadRole
        where TStage : unmanaged, IHeadRole<TStage>
    {
        public void Assign(in HeadBudgetContext context, Span<HeadRole> roles, Span<int> budgets) => TStage.Assign(in options, in context, roles, budgets);
    }

    private sealed class PlainPropagation<TStage>(TStage options) : IPlainPropagation
        where TStage : unmanaged, IPropagation<TStage>
    {
        public int Count(in PropagationContext context) => TStage.Count(in options, in context);

        public double Share(in PropagationContext context, int onward) => context.ShareOf(in options, onward);
    }

    private sealed class PlainScore<TStage>(TStage options) : IPlainScore
        where TStage : unmanaged, ITokenSelection<TStage>
    {
        public float Score(in TokenStatistics token) => TStage.Score(in options, in token);
    }

    private sealed class PlainRetention<TStage>(TStage options) : IPlainRetention
        where TStage : unmanaged, IDecodeEviction<TStage>
    {
        public float Retain(in ResidentToken token) => TStage.Retain(in options, in token);
    }
}

/// <inheritdoc cref="ILayerBudget{TSelf}.Allocate"/>
internal interface IPlainLayerBudget
{
    /// <inheritdoc cref="ILayerBudget{TSelf}.Allocate"/>
    void Allocate(in LayerBudgetContext context, Span<int> budgets);
}

/// <inheritdoc cref="IHeadRole{TSelf}.Assign"/>
internal interface IPlainHeadRole
{
    /// <inheritdoc cref="IHeadRole{TSelf}.Assign"/>
    void Assign(in HeadBudgetContext context, Span<HeadRole> roles, Span<int> budgets);
}

/// <inheritdoc cref="IPropagation{TSelf}"/>
internal interface IPlainPropagation
{
    /// <inheritdoc cref="IPropagation{TSelf}.Count"/>
    int Count(in PropagationContext context);

    /// <inheritdoc cref="IPropagation{TSelf}.Share"/>
    double Share(in PropagationContext context, int onward);
}

/// <inheritdoc cref="ITokenSelection{TSelf}.Score"/>
internal interface IPlainScore
{
    /// <inheritdoc cref="ITokenSelection{TSelf}.Score"/>
    float Score(in TokenStatistics token);
}

/// <inheritdoc cref="IDecodeEviction{TSelf}.Retain"/>
internal interface IPlainRetention
{
    /// <inheritdoc cref="IDecodeEviction{TSelf}.Retain"/>
    float Retain(in ResidentToken token);
}
