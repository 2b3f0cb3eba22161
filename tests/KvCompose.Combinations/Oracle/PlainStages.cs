using KvCompose.Combinations.Catalogue;
using KvCompose.IntegrationTests.Oracle;
using KvCompose.Reference.Presses;
using KvCompose.Reference.Presses.Scoring;

namespace KvCompose.Combinations.Oracle;

/// <summary>
/// The decisions of stages, one after another, by the plain references and the formulas of the papers: no code of a stage runs here. What
/// stands between stages is <see cref="PlainComposition"/>'s.
/// </summary>
internal static class PlainStages
{
    /// <summary>The decisions of a layer budget, or null without one.</summary>
    public static IPlainLayerBudget? LayerBudget(StageChoice? choice) => choice?.Options switch
    {
        null => null,
        UniformBudget options => new PlainUniformBudget(options),
        PyramidBudget options => new PlainPyramidBudget(options),
        CakeBudget options => new PlainCakeBudget(options),
        _ => throw Unknown(choice),
    };

    /// <summary>The decisions of a head role, or null without one.</summary>
    public static IPlainHeadRole? HeadRole(StageChoice? choice) => choice?.Options switch
    {
        null => null,
        AdaKvHeads options => new PlainAdaKvHeads(options),
        HeadKvHeads options => new PlainHeadKvHeads(options),
        DuoAttentionHeads options => new PlainDuoAttentionHeads(options),
        HeteroHeads options => new PlainHeteroHeads(options),
        _ => throw Unknown(choice),
    };

    /// <summary>The decisions of a propagation, or null without one.</summary>
    public static IPlainPropagation? Propagation(StageChoice? choice) => choice?.Options switch
    {
        null => null,
        TokenSelectivePropagation options => new PlainPropagation(options.Layer, options.Tokens, options.Rate),
        GemFilter options => new PlainPropagation(options.Layer, options.Tokens, options.Rate),
        _ => throw Unknown(choice),
    };

    /// <summary>The scores of a selection.</summary>
    public static IPlainScore Score(StageChoice choice) => choice.Options switch
    {
        SnapKv or LastQuery => new PlainScore(static token => token.WindowSum),
        CakeIndicator options => new PlainScore(token => (token.WindowSum / options.Window) + (options.Gamma * token.WindowVariance)),
        H2o => new PlainScore(static token => token.AllRowsSum),
        StreamingLlm => new PlainScore(static token => token.Position),
        Tova => new PlainScore(static token => token.WindowSum),
        CriticalKv options => new PlainScore(token => token.WindowSum / options.Window),
        ChunkKv => new PlainScore(static token => token.WindowSum),
        ExpectedAttention or DropKv or Compactor => new PlainScore(static _ => 0),
        ObservedAttention => new PlainScore(static token => token.AllRowsMean),
        KeyNorm or KeyDiff or LagKv => new PlainScore(static _ => 0),
        _ => throw Unknown(choice),
    };

    /// <summary>The scores of a selection whose reference scores whole layers; null for any other.</summary>
    public static PlainLayerScore? LayerScore(StageChoice choice) => choice.Options switch
    {
        KeyNorm => Of(new KnormScore()),
        KeyDiff => Of(new KeyDiffScore()),
        ExpectedAttention options => Of(new ExpectedAttentionScore(options.FutureTokens, options.Sinks, ValueNorm: options.ValueNorm, Epsilon: options.Epsilon)),
        DropKv options => Of(new DropScore(options.Window, options.Kernel)),
        Compactor options => Of(new CompactorScore(options.Sinks, options.Window, options.Chunk, options.Blending)),
        LagKv options => new PlainLayerScore(layer => NewestFirst(new LagKvScore(options.Sinks, options.Lag).Score(layer, 0), options)),
        _ => null,
    };

    /// <summary>What a selection makes of its scores in a second stage, and the share of the first; null for one that has one stage.</summary>
    public static PlainSecondStage? SecondStage(StageChoice choice) => choice.Options switch
    {
        CriticalKv options => new PlainSecondStage(options.FirstStage, (layer, scores) => new CriticalScore(null!, options.Epsilon).Weighted(layer, scores)),
        _ => null,
    };

    private static PlainLayerScore Of(IPressScorer scorer) => new(layer => scorer.Score(layer, 0));

    /// <summary>Of the rows that come before all parts, which the reference scores alike, the newest ones come first.</summary>
    private static double[][] NewestFirst(double[][] scores, LagKv options)
        => [.. scores.Select(head => head.Select((score, row) => score < 1 || row < options.Sinks ? score : 1 + ((double)row / head.Length)).ToArray())];

    /// <summary>What a selection retains while decoding; null for one that cannot evict.</summary>
    public static IPlainRetention? Retention(StageChoice choice) => (choice.Facts.Phases & StagePhases.Decode) == 0 ? null : choice.Options switch
    {
        CakeIndicator => new PlainRetention(static token => token.Probability),
        H2o => new PlainRetention(static token => token.Collected),
        StreamingLlm => new PlainRetention(static token => token.Position),
        Tova => new PlainRetention(static token => token.Probability),
        KeyNorm => new PlainRetention(static token => -token.KeyNorm),
        KeyDiff => new PlainRetention(static token => -token.AnchorCosine),
        _ => throw Unknown(choice),
    };

    private static NotSupportedException Unknown(StageChoice choice)
        => new($"{choice.Stage.Name} has no plain form in {nameof(PlainStages)}: add one, by its reference");

    private sealed class PlainScore(Func<TokenStatistics, float> score) : IPlainScore
    {
        public float Score(in TokenStatistics token) => score(token);
    }

    private sealed class PlainRetention(Func<ResidentToken, float> retain) : IPlainRetention
    {
        public float Retain(in ResidentToken token) => retain(token);
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
