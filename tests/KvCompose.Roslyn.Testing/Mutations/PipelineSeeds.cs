namespace KvCompose.Roslyn.Testing;

/// <summary>Valid sources with one pipeline each, which together use every part of a declaration.</summary>
public static class PipelineSeeds
{
    /// <summary>Built-in stages with all their options.</summary>
    public const string BuiltIn = """
        using KvCompose;

        namespace App.Chat
        {
            /// <summary>It chats.</summary>
            [KvPipeline(HeadDim = 64, GroupSize = 4, PageTokens = 32)]
            [UniformBudget(Tokens = 512, Ratio = 0.5)]
            [SnapKv(Window = 32, Kernel = 7, Pooling = PoolingKind.Max, Reduction = GroupReduction.Sum)]
            [Fp16Storage]
            public sealed partial class Review;
        }
        """;

    /// <summary>A pipeline nested in a type, with stages of the user's own.</summary>
    public const string OwnStages = """
        using System;
        using KvCompose;

        internal static partial class Pipelines
        {
            [KvPipeline, StreamingLlm(Sinks = 8), Halving(Share = 0.5f), HeadRole<Stages.Equal>]
            internal partial class Nested { }
        }

        internal sealed class HalvingAttribute : LayerBudgetAttribute<Stages.Halving> { public float Share { get; set; } }

        namespace Stages
        {
            [LayerBudgetFacts(Provides = StageProducts.LayerBudgets, Phases = StagePhases.Prefill | StagePhases.Decode)]
            internal readonly struct Halving : ILayerBudget<Halving>
            {
                [StageOption(0.25f, Minimum = 0.1, Maximum = 1)]
                public float Share { get; init; }

                [StageOption(true)]
                public bool Rounded { get; init; }

                public static void Allocate(in Halving options, in LayerBudgetContext context, Span<int> budgets)
                    => budgets[context.Layer] = (int)(context.PromptTokens * options.Share);
            }

            internal struct Equal : IHeadRole<Equal>
            {
                public static void Assign(in Equal options, in HeadBudgetContext context, Span<HeadRole> roles, Span<int> budgets) { }
            }
        }
        """;

    /// <summary>A selection of the user's own, with an option of every role.</summary>
    public const string OwnSelection = """
        using KvCompose;
        [KvPipeline(HeadDim = 16), TokenSelection<Scored>, UniformBudget(Ratio = 0.125)]
        public static partial class @class;

        [TokenSelectionFacts(Observes = AttentionStatistics.WindowSum | AttentionStatistics.KeyNorm, Lossy = true, QueryAware = true,
            Provides = StageProducts.TokenScores, Layout = CacheLayout.Uniform, Reduction = GroupReduction.Max, Source = "\"none\" <b>")]
        public struct Scored : ITokenSelection<Scored>
        {
            [StageOption(2, Role = OptionRole.Sinks)] public int First { get; set; }
            [StageOption(16, Minimum = 1, Role = OptionRole.Window)] public int Last { get; set; }
            [StageOption(3, Odd = true, Role = OptionRole.PoolingKernel)] public int Width { get; set; }
            [StageOption(PoolingKind.Average, Role = OptionRole.Pooling)] public PoolingKind @switch { get; set; }
            [StageOption(-0.5)] public double Weight { get; set; }
            public static float Score(in Scored options, in TokenStatistics token)
                => token.WindowSum + ((float)options.Weight * token.KeyNorm);
        }
        """;

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } = [BuiltIn, OwnStages, OwnSelection];
}
