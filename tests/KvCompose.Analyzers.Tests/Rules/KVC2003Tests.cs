using KvCompose.CodeFixes;

namespace KvCompose.Analyzers.Tests.Rules;

public class KVC2003Tests
{
    private const string Score = "public static float Score(in Recency options, in TokenStatistics token) => token.Position;";

    [Fact]
    public async Task Stage_WithoutTheContractOfItsSlot_IsReportedAtTheAttribute()
        => Assert.Equal("Stage 'Recency' must implement 'ITokenSelection<Recency>' to be used as token selection", await Check.SingleMessageAsync($$"""
            using KvCompose;
            [KvPipeline]
            [{|KVC2003:TokenSelection<Recency>|}]
            public partial class Chat;
            public struct Recency { {{Score}} }
            """));

    [Fact]
    public async Task Stage_OfAnotherSlot_IsReported()
        => Assert.Equal("Stage 'UniformBudget' must implement 'ITokenSelection<UniformBudget>' to be used as token selection",
            await Check.SingleMessageAsync("using KvCompose; [KvPipeline, {|KVC2003:TokenSelection<UniformBudget>|}] partial class Chat;"));

    [Fact]
    public async Task Stage_WithTheContractOfAnotherStage_IsReported()
        => Assert.StartsWith("Stage 'Copy' must implement 'ITokenSelection<Copy>'", await Check.SingleMessageAsync("""
            using KvCompose;
            [KvPipeline, {|KVC2003:TokenSelection<Copy>|}] partial class Chat;
            struct Copy : ITokenSelection<FullCache>
            {
                static float ITokenSelection<FullCache>.Score(in FullCache options, in TokenStatistics token) => 0;
            }
            """));

    [Fact]
    public async Task Stage_WithItsContract_IsNot() => await Check.Analyzers.VerifyAsync($$"""
        using KvCompose;
        [KvPipeline, TokenSelection<Recency>]
        partial class Chat;
        struct Recency : ITokenSelection<Recency> { {{Score}} }
        """);

    [Fact]
    public async Task Fix_StageInAnotherFile_AddsTheContractThere() => await Check.Fix(new ImplementContractFix()).VerifyAsync(
        ["using KvCompose; [KvPipeline, {|KVC2003:TokenSelection<Recency>|}] partial class Chat;",
            $$"""
            using System;
            using KvCompose;

            namespace Stages
            {
                public readonly struct Other : IDisposable { public void Dispose() { } }
            }

            public struct Recency // By position.
            {
                {{Score}}
            }
            """],
        ["using KvCompose; [KvPipeline, TokenSelection<Recency>] partial class Chat;",
            $$"""
            using System;
            using KvCompose;

            namespace Stages
            {
                public readonly struct Other : IDisposable { public void Dispose() { } }
            }

            public struct Recency : ITokenSelection<Recency> // By position.
            {
                {{Score}}
            }
            """]);

    [Fact]
    public async Task FixAll_StageOfTwoPipelines_AddsTheContractOnce() => await Check.Fix(new ImplementContractFix()).VerifyFixAllAsync(
        $$"""
        using System;
        using KvCompose;
        [KvPipeline, {|KVC2003:TokenSelection<Recency>|}] partial class Chat;
        [KvPipeline, {|KVC2003:TokenSelection<Recency>|}] partial class Review;
        [KvPipeline, {|KVC2003:TokenSelection<Scaled<int>>|}] partial class Third;
        struct Recency : IDisposable
        {
            {{Score}}
            public void Dispose() { }
        }
        readonly struct Scaled<T>
            where T : unmanaged
        {
            public static float Score(in Scaled<T> options, in TokenStatistics token) => 0;
        }
        """,
        $$"""
        using System;
        using KvCompose;
        [KvPipeline, TokenSelection<Recency>] partial class Chat;
        [KvPipeline, TokenSelection<Recency>] partial class Review;
        [KvPipeline, TokenSelection<Scaled<int>>] partial class Third;
        struct Recency : IDisposable, ITokenSelection<Recency>
        {
            {{Score}}
            public void Dispose() { }
        }
        readonly struct Scaled<T> : ITokenSelection<Scaled<T>>
            where T : unmanaged
        {
            public static float Score(in Scaled<T> options, in TokenStatistics token) => 0;
        }
        """);

    [Fact]
    public async Task Fix_StageWithoutSource_OffersNothing() => await Check.Fix(new ImplementContractFix()).VerifyOffersNothingAsync(
        "using KvCompose; [KvPipeline, {|KVC2003:TokenSelection<System.Guid>|}] partial class Chat;");
}
