using KvCompose.Roslyn.Testing;
using KvCompose.Shared;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace KvCompose.Generators.Tests.Pipelines;

/// <summary>The table of short names holds what emitted code really uses, and all of them can be written in full.</summary>
public class EmittedNamesTableTests
{
    public static TheoryData<string> Pipelines =>
    [
        "FullCache", "FullCache, MaxCacheBytes(1L << 40)", "FullCache, Fp16Storage", "FullCache, Int4Storage", "FullCache, ThinKStorage", "StreamingLlm, UniformBudget", "CakeIndicator, CakeBudget",
        "SnapKv, UniformBudget, AdaKvHeads, TokenSelectivePropagation, Residency<Archive>",
        "H2o, UniformBudget, GemFilter", "TokenSelection<App.Fader>, CakeBudget", "SnapKv, UniformBudget, Residency<App.Recall>",
    ];

    [Theory]
    [MemberData(nameof(Pipelines))]
    public void Table_ComparedWithWhatEmittedCodeNames_IsComplete(string stages)
    {
        GeneratorRun run = HarnessOf(stages).Run(Declare(stages, ""));
        Assert.Equal("", string.Join("\n", NamesOf(run).Distinct().Order().Except(EmittedNames.All.Select(name => name.Key + " = " + name.Value))));
    }

    [Theory]
    [MemberData(nameof(Pipelines))]
    public void UsersTypes_OfEveryNameInTheTable_DoNotDisturb(string stages)
        => Assert.NotEmpty(HarnessOf(stages).Run(
            Declare(stages, string.Concat(EmittedNames.All.Keys.Select(name => $"internal class {name};")))).Sources);

    [Theory]
    [MemberData(nameof(Pipelines))]
    public void GlobalUsing_WithEveryNameInTheTable_DoesNotDisturb(string stages)
        => Assert.NotEmpty(HarnessOf(stages).Run(
            $$"""
            global using Others;
            namespace Others
            {
                {{string.Concat(EmittedNames.All.Keys.Select(name => $"public class {name};"))}}
            }
            {{Declare(stages, "")}}
            """).Sources);

    /// <summary>Kernels are not emitted for every storage, nor for pages with counts.</summary>
    private static GeneratorHarness HarnessOf(string stages)
        => PipelineHarness.HasKernels(stages) && !stages.Contains("Recall", StringComparison.Ordinal) ? PipelineHarness.WithKernels : PipelineHarness.Strict;

    private static string Declare(string stages, string others) => $$"""
        namespace App
        {
            {{others}}
            internal struct Archive : KvCompose.IResidency<Archive>
            {
                public static void Place(in Archive options, in KvCompose.PlacementContext context) { }
            }
            [KvCompose.TokenSelectionFacts(
                Observes = KvCompose.AttentionStatistics.WindowSum | KvCompose.AttentionStatistics.DecodeProbabilities,
                Provides = KvCompose.StageProducts.TokenScores | KvCompose.StageProducts.RankedOrder,
                Phases = KvCompose.StagePhases.Prefill | KvCompose.StagePhases.Decode, Lossy = true)]
            internal struct Fader : KvCompose.IDecodeEviction<Fader>
            {
                [KvCompose.StageOption(8, Role = KvCompose.OptionRole.Window)] public int Last { get; init; }
                [KvCompose.StageOption(KvCompose.PoolingOrder.Physical, Role = KvCompose.OptionRole.PoolingOrder)] public KvCompose.PoolingOrder Line { get; init; }
                public static float Score(in Fader options, in KvCompose.TokenStatistics token) => token.WindowSum;
                public static float Retain(in Fader options, in KvCompose.ResidentToken token) => token.Probability;
            }
            [KvCompose.ResidencyFacts(Layout = KvCompose.CacheLayout.Paged, Provides = KvCompose.StageProducts.BackingStore)]
            internal struct Recall : KvCompose.IRetrieval<Recall, RecallTier>
            {
                public static RecallTier Open(in Recall options, in KvCompose.Residency.TierContext context) => new RecallTier();
            }
            internal sealed class RecallTier : KvCompose.Residency.IRetrievalTier
            {
                public KvCompose.TierUsage Usage => default;
                public void Place(in KvCompose.PlacementContext context) { }
                public void OnPrefillCompleted(int sequence, int promptTokens, System.Threading.CancellationToken cancellation) { }
                public void FetchBeforeAttention(in KvCompose.Residency.DecodeStep step) { }
                public void OnAttention(in KvCompose.Residency.DecodeStep step) { }
                public void Clear(int sequence) { }
                public void Dispose() { }
            }
            [{{string.Join(", ", stages.Split(", ").Prepend("KvPipeline").Select(stage => "KvCompose." + stage))}}] internal partial class P;
            [{{string.Join(", ", stages.Split(", ").Where(stage => !stage.StartsWith("Max", StringComparison.Ordinal)).Prepend("KvPipeline(HeadDim = 64, GroupSize = 2)").Select(stage => "KvCompose." + stage))}}] internal partial class Q;
        }
        """;

    private static IEnumerable<string> NamesOf(GeneratorRun run)
    {
        foreach (SyntaxTree tree in run.Output.SyntaxTrees.Where(tree => tree.FilePath.EndsWith(".g.cs", StringComparison.Ordinal)))
        {
            SemanticModel model = run.Output.GetSemanticModel(tree);
            foreach (SimpleNameSyntax name in tree.GetRoot().DescendantNodes().OfType<SimpleNameSyntax>())
            {
                ISymbol? symbol = model.GetSymbolInfo(name).Symbol;
                if (IsQualified(name) || (symbol is IMethodSymbol { MethodKind: MethodKind.Constructor } made ? made.ContainingType : symbol)
                    is not INamedTypeSymbol { IsImplicitlyDeclared: false } type
                    || type.Name != name.Identifier.Text && type.Name != name.Identifier.Text + "Attribute"
                    || SymbolEqualityComparer.Default.Equals(type.ContainingAssembly, run.Output.Assembly))
                {
                    continue;
                }

                yield return $"{name.Identifier.Text} = {type.ContainingNamespace}.{name.Identifier.Text}";
            }
        }
    }

    private static bool IsQualified(SimpleNameSyntax name) => name.Parent switch
    {
        QualifiedNameSyntax qualified => qualified.Right == name,
        AliasQualifiedNameSyntax => true,
        MemberAccessExpressionSyntax access => access.Name == name,
        _ => false,
    };
}
