using KvCompose.CodeFixes;

namespace KvCompose.Analyzers.Tests.Rules;

public class KVC1005Tests
{
    [Fact]
    public async Task Class_WithStagesAlone_IsReportedAtItsName()
        => Assert.Equal("'Chat' has stage attributes but no [KvPipeline], so nothing is generated", await Check.SingleMessageAsync("""
            using KvCompose;
            [UniformBudget(Tokens = 512)]
            [SnapKv]
            public sealed partial class {|KVC1005:Chat|};
            """));

    [Fact]
    public async Task Class_WithPipelineOrWithoutStages_IsNot() => await Check.Analyzers.VerifyAsync("""
        using KvCompose;
        [KvPipeline, FullCache] public partial class Chat;
        public class Plain;
        """);

    [Fact]
    public async Task Class_WithAStageInAnotherPart_IsNot() => await Check.Analyzers.VerifyAsync(
        "using KvCompose; [KvPipeline] partial class Chat;",
        "using KvCompose; [FullCache] partial class Chat;");

    [Fact]
    public async Task Fix_DocumentedClass_AddsPipelineBetweenDocumentationAndStages() => await Check.Fix(new AddPipelineFix()).VerifyAsync(
        """
        using KvCompose;

        namespace App
        {
            /// <summary>It chats.</summary>
            [FullCache]
            public partial class {|KVC1005:Chat|};
        }
        """,
        """
        using KvCompose;

        namespace App
        {
            /// <summary>It chats.</summary>
            [KvPipeline]
            [FullCache]
            public partial class Chat;
        }
        """);

    [Fact]
    public async Task Fix_WithoutUsing_NamesTheLibrary() => await Check.Fix(new AddPipelineFix()).VerifyAsync(
        """
        [KvCompose.FullCache]
        partial class {|KVC1005:Chat|};
        """,
        """
        [KvCompose.KvPipeline]
        [KvCompose.FullCache]
        partial class Chat;
        """);

    [Fact]
    public async Task FixAll_SeveralFiles_AddsPipelineInEach() => await Check.Fix(new AddPipelineFix()).VerifyFixAllAsync(
        ["using KvCompose;\n[FullCache]\npartial class {|KVC1005:A|};\n[FullCache]\npartial class {|KVC1005:B|};", "using KvCompose;\n[FullCache] partial class {|KVC1005:C|};"],
        ["using KvCompose;\n[KvPipeline]\n[FullCache]\npartial class A;\n[KvPipeline]\n[FullCache]\npartial class B;", "using KvCompose;\n[KvPipeline]\n[FullCache] partial class C;"]);
}
