using KvCompose.CodeFixes;

namespace KvCompose.Analyzers.Tests.Rules;

public class KVC2002Tests
{
    [Fact]
    public async Task Pipeline_WithoutSelection_IsReportedAtItsName()
        => Assert.Equal("Pipeline 'Chat' needs a token selection stage, such as [FullCache]", await Check.SingleMessageAsync("""
            using KvCompose;
            [KvPipeline]
            public partial class {|KVC2002:Chat|};
            """));

    [Fact]
    public async Task Pipeline_WhoseSelectionNeedsBudgets_IsReportedWithoutABudget()
        => Assert.Equal("Pipeline 'Chat' needs a layer budget stage, such as [UniformBudget(Ratio = 0.25)]", await Check.SingleMessageAsync("""
            using KvCompose;
            [KvPipeline]
            [SnapKv]
            public partial class {|KVC2002:Chat|};
            """));

    [Fact]
    public async Task Pipeline_InWhichTwoStagesNeedBudgets_IsReportedOnce()
        => Assert.Equal("Pipeline 'Chat' needs a layer budget stage, such as [UniformBudget(Ratio = 0.25)]", await Check.SingleMessageAsync("""
            using System;
            using KvCompose;
            [KvPipeline, SnapKv, HeadRole<Equal>]
            public partial class {|KVC2002:Chat|};
            [HeadRoleFacts(Needs = StageProducts.LayerBudgets)]
            public struct Equal : IHeadRole<Equal>
            {
                public static void Assign(in Equal options, in HeadBudgetContext context, Span<HeadRole> roles, Span<int> budgets) { }
            }
            """));

    [Fact]
    public async Task Pipeline_WithAllItNeeds_IsNot() => await Check.Analyzers.VerifyAsync("""
        using KvCompose;
        [KvPipeline, FullCache] public partial class Chat;
        [KvPipeline, StreamingLlm, UniformBudget] public partial class Review;
        """);

    [Fact]
    public async Task Fix_MissingSelection_AddsFullCacheBehindTheOthers() => await Check.Fix(new AddMissingStageFix()).VerifyAsync(
        """
        using KvCompose;

        namespace App
        {
            /// <summary>It chats.</summary>
            [KvPipeline] // With its shape.
            public partial class {|KVC2002:Chat|};
        }
        """,
        """
        using KvCompose;

        namespace App
        {
            /// <summary>It chats.</summary>
            [KvPipeline]
            [FullCache] // With its shape.
            public partial class Chat;
        }
        """);

    [Fact]
    public async Task Fix_MissingBudget_AddsAUniformOne() => await Check.Fix(new AddMissingStageFix()).VerifyAsync(
        """
        [KvCompose.KvPipeline]
        [KvCompose.SnapKv]
        public partial class {|KVC2002:Chat|};
        """,
        """
        [KvCompose.KvPipeline]
        [KvCompose.SnapKv]
        [KvCompose.UniformBudget(Ratio = 0.25)]
        public partial class Chat;
        """);

    [Fact]
    public async Task FixAll_MissingSelections_LeavesMissingBudgets() => await Check.Fix(new AddMissingStageFix()).VerifyFixAllAsync(
        """
        using KvCompose;
        [KvPipeline] partial class {|KVC2002:A|};
        [KvPipeline] partial class {|KVC2002:B|};
        [KvPipeline, SnapKv] partial class {|KVC2002:C|};
        """,
        """
        using KvCompose;
        [KvPipeline]
        [FullCache]
        partial class A;
        [KvPipeline]
        [FullCache]
        partial class B;
        [KvPipeline, SnapKv] partial class {|KVC2002:C|};
        """);
}
