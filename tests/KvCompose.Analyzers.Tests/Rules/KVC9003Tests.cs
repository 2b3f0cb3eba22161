using KvCompose.Roslyn.Testing;

namespace KvCompose.Analyzers.Tests.Rules;

public class KVC9003Tests
{
    [Fact]
    public async Task Project_WithoutUnsafeCode_IsReportedAtEveryPipelineAndNothingIsEmitted()
    {
        var found = await Where(allowUnsafe: false).VerifyAsync("""
            using KvCompose;
            [KvPipeline, FullCache] public partial class {|KVC9003:Chat|} { }
            [KvPipeline, FullCache] public partial class {|KVC9003:Other|} { }
            public class Plain { }
            """);
        Assert.All(found, static diagnostic => Assert.Equal(
            "Emitted code is unsafe, but the project does not allow unsafe code; set AllowUnsafeBlocks to true in the project",
            diagnostic.GetMessage()));
    }

    [Fact]
    public async Task Project_WithUnsafeCode_IsNot()
        => await Where(allowUnsafe: true).VerifyAsync("using KvCompose; [KvPipeline, FullCache] public partial class Chat { }");

    private static AnalyzerHarness Where(bool allowUnsafe)
        => Check.Analyzers with { Project = new TestProject { AllowUnsafe = allowUnsafe } };
}
