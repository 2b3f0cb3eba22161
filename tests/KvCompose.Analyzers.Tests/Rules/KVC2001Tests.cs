using KvCompose.CodeFixes;

namespace KvCompose.Analyzers.Tests.Rules;

public class KVC2001Tests
{
    [Fact]
    public async Task SecondStageOfASlot_IsReported()
        => Assert.Equal("Pipeline 'Chat' declares 2 token selection stages (SnapKv, StreamingLlm), but only one is allowed", await Check.SingleMessageAsync("""
            using KvCompose;
            [KvPipeline]
            [UniformBudget]
            [SnapKv]
            [{|KVC2001:StreamingLlm|}]
            public partial class Chat;
            """));

    [Fact]
    public async Task EveryFurtherStageOfASlot_IsReportedWithTheirNumber()
    {
        var found = await Check.Analyzers.VerifyAsync("""
            using KvCompose;
            [KvPipeline, FullCache]
            [Fp16Storage, {|KVC2001:Fp32Storage|}]
            [{|KVC2001:Storage<Fp16Storage>|}]
            public partial class Chat;
            """);
        Assert.All(found, diagnostic => Assert.Contains("declares 3 storage stages (Fp16Storage, Fp32Storage, Fp16Storage)", diagnostic.GetMessage()));
    }

    [Fact]
    public async Task OneStagePerSlot_IsNot() => await Check.Analyzers.VerifyAsync("""
        using KvCompose;
        [KvPipeline, UniformBudget, SnapKv, Fp16Storage]
        public partial class Chat;
        """);

    [Fact]
    public async Task Fix_StageOnItsOwnLine_RemovesTheLine() => await Check.Fix(new RemoveSurplusStageFix()).VerifyAsync(
        """
        using KvCompose;
        [KvPipeline]
        [UniformBudget]
        [SnapKv]
        [{|KVC2001:StreamingLlm(Sinks = 8)|}]
        public partial class Chat;
        """,
        """
        using KvCompose;
        [KvPipeline]
        [UniformBudget]
        [SnapKv]
        public partial class Chat;
        """);

    [Fact]
    public async Task FixAll_StagesInOneList_LeavesTheFirstOfEachSlot() => await Check.Fix(new RemoveSurplusStageFix()).VerifyFixAllAsync(
        """
        using KvCompose;
        [KvPipeline, SnapKv, {|KVC2001:StreamingLlm|}, UniformBudget, {|KVC2001:FullCache|}]
        public partial class Chat;
        [KvPipeline, FullCache]
        [{|KVC2001:StreamingLlm|}, {|KVC2001:SnapKv|}]
        public partial class Review;
        """,
        """
        using KvCompose;
        [KvPipeline, SnapKv, UniformBudget]
        public partial class Chat;
        [KvPipeline, FullCache]
        public partial class Review;
        """);
}
