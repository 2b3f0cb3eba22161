using KvCompose.Generators.Tests.Kernels;
using KvCompose.Roslyn.Testing;

namespace KvCompose.Generators.Tests.Pipelines;

/// <summary>Emitted code stands among the names of the user, whatever these are, and is as accessible as they allow.</summary>
public class EmittedNamesTests
{
    private const string OwnBudget = """
        [LayerBudgetFacts(Provides = StageProducts.LayerBudgets)]
        {0} struct Own : ILayerBudget<Own>
        {{
            [StageOption(-0.5, RunTime = true)] public double Share {{ get; init; }}
            public static void Allocate(in Own options, in LayerBudgetContext context, System.Span<int> budgets) {{ }}
        }}
        """;

    [Theory]
    [InlineData("Math")]
    [InlineData("Array")]
    [InlineData("Span")]
    [InlineData("Vector512")]
    [InlineData("Unsafe")]
    [InlineData("PageTable")]
    [InlineData("Options")]
    [InlineData("KeyTiles")]
    [InlineData("TokenRanking")]
    [InlineData("System")]
    public void UsersTypes_NamedLikeThoseOfTheFrameworkOrTheLibrary_DoNotDisturb(string name)
        => AssertEmitted($$"""
            namespace App
            {
                internal class {{name}};
                [KvCompose.KvPipeline, KvCompose.SnapKv, KvCompose.UniformBudget] internal partial class P;
            }
            """);

    /// <summary>Names that the language gives a meaning only where no type has them.</summary>
    [Theory]
    [InlineData("var")]
    [InlineData("nint")]
    [InlineData("record")]
    [InlineData("dynamic")]
    [InlineData("field")]
    [InlineData("required")]
    [InlineData("notnull")]
    public void ContainingClass_NamedLikeAContextualKeyword_DoesNotDisturb(string name)
        => AssertEmitted($$"""
            #pragma warning disable CS8981, CS8860
            namespace App
            {
                internal partial class @{{name}}
                {
                    [KvCompose.KvPipeline, KvCompose.SnapKv, KvCompose.UniformBudget, KvCompose.TokenSelectivePropagation] internal partial class P;
                    [KvCompose.KvPipeline, KvCompose.CakeBudget, KvCompose.CakeIndicator] internal partial class C;
                    [KvCompose.KvPipeline, KvCompose.HeteroHeads, KvCompose.LastQuery, KvCompose.HostOffload] internal partial class @{{name}}s;
                }
            }
            """);

    /// <summary>There, Group is a type of the framework before the usings of the emitted file are looked at.</summary>
    [Fact]
    public void ReferencesTypes_NamedLikeThoseOfTheEmittedCode_DoNotDisturb()
        => AssertEmitted("""
            namespace System.Text.RegularExpressions.Mine
            {
                [KvCompose.KvPipeline, KvCompose.SnapKv, KvCompose.UniformBudget] internal partial class P;
            }
            """);

    [Fact]
    public void OwnStage_LessAccessibleThanItsPipelineWithRunTimeOptions_IsEmitted()
        => AssertEmitted($$"""
            using KvCompose;
            [KvPipeline, StreamingLlm, LayerBudget<Own>] public sealed partial class P;
            {{string.Format(OwnBudget, "internal")}}
            """);

    [Fact]
    public void OwnStage_InAnotherNamespaceNestedAndPrivate_IsEmitted()
        => AssertEmitted($$"""
            using KvCompose;
            namespace Somewhere.Else
            {
                internal partial class Holder
                {
                    [KvPipeline, StreamingLlm, LayerBudget<Own>] internal sealed partial class P;
                    {{string.Format(OwnBudget, "private")}}
                }
            }
            """);

    [Fact]
    public void OwnSelection_NestedAndPrivate_IsEmittedWithItsKernels()
        => AssertEmitted("""
            using KvCompose;
            internal partial class Holder
            {
                [KvPipeline, TokenSelection<Own>, UniformBudget] internal sealed partial class P;
                private struct Own : ITokenSelection<Own>
                {
                    [StageOption(1, RunTime = true)] public double Share { get; init; }
                    public static float Score(in Own options, in TokenStatistics token) => (float)options.Share * token.Position;
                }
            }
            """);

    [Fact]
    public void OwnStage_AsHiddenAsItsPipeline_LeavesThePipelineOpenToItsHolder()
        => AssertEmitted($$"""
            using KvCompose;
            internal partial class Holder
            {
                public static object DefaultOptions => new P.Options { LayerBudget = new Own() };
                [KvPipeline, StreamingLlm, LayerBudget<Own>] private sealed partial class P;
                {{string.Format(OwnBudget, "private")}}
            }
            """);

    [Fact]
    public void OwnStage_LessAccessibleThanItsPipeline_LeavesThePipelineOpenToOthers()
    {
        using LoadedAssembly loaded = PipelineHarness.WithKernels.Run($$"""
            using KvCompose;
            [KvPipeline, StreamingLlm, LayerBudget<Own>] public sealed partial class P;
            {{string.Format(OwnBudget, "internal")}}
            """).Load();
        Type pipeline = loaded.Assembly.GetType("P")!;
        Assert.NotNull(pipeline.GetMethod("Open"));
        Assert.Null(pipeline.GetNestedType("Options")!.GetProperty("LayerBudget"));
    }

    [Fact]
    public void OwnStage_OfAGenericType_IsEmittedWithReadableDocumentation()
        => AssertEmitted("""
            using System;
            using KvCompose;
            [KvPipeline, StreamingLlm, UniformBudget, HeadRole<Equal<int>>] partial class P;
            struct Equal<T> : IHeadRole<Equal<T>>
                where T : unmanaged
            {
                public static void Assign(in Equal<T> options, in HeadBudgetContext context, Span<HeadRole> roles, Span<int> budgets) { }
            }
            """);

    [Theory]
    [InlineData("class Base { public static int Plan; } [KvPipeline, FullCache] partial class P : Base;")]
    [InlineData("class Base { int Options, DecodeLoops; internal void Open() { } public class Session; protected int Kernels; } [KvPipeline, FullCache] partial class P : Base;")]
    [InlineData("class Base { public static int Math; } class Next : Base; [KvPipeline, FullCache] partial class P : Next;")]
    [InlineData("namespace A { [KvPipeline, FullCache] partial class PageTable; }")]
    [InlineData("namespace A.Array.Span { [KvPipeline, FullCache] partial class P; }")]
    [InlineData("class Vector512; namespace A { [KvPipeline, FullCache] partial class P; }")]
    public void Place_WithAwkwardNames_IsEmitted(string declaration) => AssertEmitted("using KvCompose;\n" + declaration);

    /// <summary>Every project has such usings: implicit ones of its SDK, and its own.</summary>
    [Theory]
    [InlineData("global using Somewhere;", "namespace Somewhere { public class SessionOptions; }")]
    [InlineData("global using static Somewhere.Holder;", "namespace Somewhere { public static class Holder { public class PageTable; } }")]
    [InlineData("global using Math = System.Text.StringBuilder;", "")]
    [InlineData("global using PagePool = int[];", "")]
    [InlineData("global using MethodImplAttribute = System.ObsoleteAttribute;", "")]
    [InlineData("global using System.Timers; global using System.Threading.Tasks;", "namespace System.Timers { public class Array; }")]
    public void GlobalUsings_OfTheSameNames_DoNotDisturb(string usings, string others)
        => AssertEmitted($$"""
            {{usings}}
            {{others}}
            [KvCompose.KvPipeline, KvCompose.SnapKv, KvCompose.UniformBudget] internal partial class P;
            namespace App
            {
                [KvCompose.KvPipeline, KvCompose.CakeBudget, KvCompose.CakeIndicator] internal partial class C;
            }
            """);

    private static void AssertEmitted(string source)
    {
        GeneratorRun run = PipelineHarness.WithKernels.Run(source);
        Assert.NotEmpty(run.Sources);
        KernelHarness.CompileToPtx(run);
    }
}
