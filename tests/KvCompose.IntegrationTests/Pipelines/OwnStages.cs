using System.Runtime.Intrinsics;

namespace KvCompose.IntegrationTests.Pipelines;

/// <summary>A user's selection: tokens whose keys are short, which attention tends to like (Devoto et al. 2024).</summary>
[TokenSelectionFacts(Observes = AttentionStatistics.KeyNorm, Needs = StageProducts.LayerBudgets, Provides = StageProducts.TokenScores, Lossy = true)]
internal readonly struct ShortKeys : ITokenSelection<ShortKeys>
{
    [StageOption(2, Minimum = 0, Maximum = 64, Role = OptionRole.Sinks)]
    public int First { get; init; }

    [StageOption(3, Minimum = 0, Maximum = 64, Role = OptionRole.Window)]
    public int Last { get; init; }

    public static float Score(in ShortKeys options, in TokenStatistics token) => -token.KeyNorm;
}

internal sealed class ShortKeysAttribute : TokenSelectionAttribute<ShortKeys>
{
    public int First { get; set; }

    public int Last { get; set; }
}

/// <summary>A user's selection over mean and variance of the window, observing more rows than it keeps.</summary>
[TokenSelectionFacts(
    Observes = AttentionStatistics.WindowSum | AttentionStatistics.WindowVariance,
    Needs = StageProducts.LayerBudgets, Provides = StageProducts.TokenScores, Lossy = true)]
internal readonly struct MeanAndVariance : ITokenSelection<MeanAndVariance>
{
    [StageOption(4, Minimum = 1, Maximum = 64, Role = OptionRole.Window)]
    public int Kept { get; init; }

    [StageOption(11, Minimum = 2, Maximum = 64, Role = OptionRole.ObservedRows)]
    public int Rows { get; init; }

    [StageOption(20.0, Minimum = 0)]
    public float Gamma { get; init; }

    public static float Score(in MeanAndVariance options, in TokenStatistics token)
        => (token.WindowSum / options.Rows) + (options.Gamma * token.WindowVariance);
}

/// <summary>A user's layer budget: deeper layers keep less.</summary>
[LayerBudgetFacts(Provides = StageProducts.LayerBudgets)]
internal readonly struct Falling : ILayerBudget<Falling>
{
    [StageOption(60, Minimum = 8, Maximum = 4096, Role = OptionRole.Budget, RunTime = true)]
    public int Top { get; init; }

    public static void Allocate(in Falling options, in LayerBudgetContext context, Span<int> budgets)
        => budgets[context.Layer] = options.Top - (10 * context.Layer);
}

/// <summary>A user's layer budget that takes from layers that are done whatever a new one gets.</summary>
[LayerBudgetFacts(Provides = StageProducts.LayerBudgets, RevisesEarlierLayers = true)]
internal readonly struct Shared : ILayerBudget<Shared>
{
    [StageOption(120, Minimum = 8, Maximum = 4096)]
    public int All { get; init; }

    public static void Allocate(in Shared options, in LayerBudgetContext context, Span<int> budgets)
        => budgets[..(context.Layer + 1)].Fill(options.All / (context.Layer + 1));
}

/// <summary>A user's head roles: the first head keeps everything, the last gets half.</summary>
[HeadRoleFacts(Provides = StageProducts.HeadBudgets, Layout = CacheLayout.Ragged)]
internal readonly struct FirstFull : IHeadRole<FirstFull>
{
    public static void Assign(in FirstFull options, in HeadBudgetContext context, Span<HeadRole> roles, Span<int> budgets)
    {
        roles[0] = HeadRole.Full;
        budgets[^1] = context.LayerBudget / 2;
    }
}

/// <summary>A user's propagation: from one layer on, only so many tokens.</summary>
[PropagationFacts(Needs = StageProducts.TokenScores)]
internal readonly struct CutAt : IPropagation<CutAt>
{
    [StageOption(0, Minimum = 0, Maximum = 100)]
    public int Layer { get; init; }

    [StageOption(50, Minimum = 1, Maximum = 100_000)]
    public int Tokens { get; init; }

    public static int Count(in CutAt options, in PropagationContext context)
        => context.Layer == options.Layer ? options.Tokens : context.Tokens;
}

internal sealed class CutAtAttribute : PropagationAttribute<CutAt>
{
    public int Layer { get; set; }

    public int Tokens { get; set; }
}

/// <summary>A user's residency: counts what leaves.</summary>
[ResidencyFacts(Provides = StageProducts.BackingStore)]
internal readonly struct Counting : IResidency<Counting>
{
    public static List<(int Layer, int Head, int[] Positions)> Left { get; } = [];

    public static void Place(in Counting options, in PlacementContext context)
    {
        var positions = new int[context.Rows.Length];
        for (int i = 0; i < positions.Length; i++)
        {
            positions[i] = context.Positions[context.Rows[i]];
        }

        Left.Add((context.Layer, context.Head, positions));
    }
}

/// <summary>A user's storage: half the value, to see that every read goes through it.</summary>
[StorageFacts(ElementBits = 32)]
internal readonly unsafe struct Halved : IStorage<Halved>
{
    public static void Store(byte* block, nint index, float value) => ((float*)block)[index] = value / 2;

    public static Vector512<float> Load(byte* block, nint index) => Vector512.Load((float*)block + index) * Vector512.Create(2f);
}

[KvPipeline(HeadDim = 48, GroupSize = 3, PageTokens = 16)]
[UniformBudget(Tokens = 40)]
[ShortKeys(First = 1, Last = 5)]
internal sealed partial class OwnSelection;

[KvPipeline(HeadDim = 32, GroupSize = 2, PageTokens = 16)]
[UniformBudget(Tokens = 40)]
[TokenSelection<MeanAndVariance>]
internal sealed partial class OwnVariance;

[KvPipeline(HeadDim = 32, GroupSize = 2)]
[LayerBudget<Falling>]
[SnapKv(Window = 8, Kernel = 7)]
internal sealed partial class OwnBudget;

[KvPipeline(HeadDim = 32, GroupSize = 2)]
[LayerBudget<Shared>]
[SnapKv(Window = 8, Kernel = 7)]
internal sealed partial class OwnCascade;

[KvPipeline(HeadDim = 32, GroupSize = 2)]
[UniformBudget(Tokens = 40)]
[HeadRole<FirstFull>]
[SnapKv(Window = 8, Kernel = 7)]
[Residency<Counting>]
internal sealed partial class OwnRoles;

[KvPipeline(HeadDim = 32, GroupSize = 2)]
[CutAt(Layer = 0, Tokens = 70)]
[UniformBudget(Tokens = 40)]
[SnapKv(Window = 8, Kernel = 7, Reduction = GroupReduction.Sum)]
internal sealed partial class OwnPropagation;

[KvPipeline(HeadDim = 32, GroupSize = 2)]
[FullCache]
[Storage<Halved>]
internal sealed partial class OwnStorage;

[KvPipeline(HeadDim = 64, GroupSize = 4, PageTokens = 64)]
[FullCache]
[Fp16Storage]
internal sealed partial class HalfPrecision;
