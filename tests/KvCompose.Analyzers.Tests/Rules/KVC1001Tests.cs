using KvCompose.CodeFixes;

namespace KvCompose.Analyzers.Tests.Rules;

public class KVC1001Tests
{
    [Fact]
    public async Task Pipeline_NotPartial_IsReportedAtItsName()
        => Assert.Equal("Pipeline class 'Chat' must be declared partial", await Check.SingleMessageAsync("""
            using KvCompose;
            [KvPipeline]
            [FullCache]
            public sealed class {|KVC1001:Chat|};
            """));

    [Fact]
    public async Task Pipeline_Partial_IsNot() => await Check.Analyzers.VerifyAsync("""
        using KvCompose;
        [KvPipeline]
        [FullCache]
        public sealed partial class Chat;
        """);

    [Fact]
    public async Task Fix_ClassWithAndWithoutModifiers_DeclaresThemPartial() => await Check.Fix(new DeclarePartialFix()).VerifyFixAllAsync(
        """
        using KvCompose;

        /// <summary>One.</summary>
        [KvPipeline, FullCache]
        public sealed class {|KVC1001:Chat|}
        {
        }

        // Two.
        [KvPipeline]
        [FullCache]
        // After its attributes.
        class {|KVC1001:Review|} { }
        """,
        """
        using KvCompose;

        /// <summary>One.</summary>
        [KvPipeline, FullCache]
        public sealed partial class Chat
        {
        }

        // Two.
        [KvPipeline]
        [FullCache]
        // After its attributes.
        partial class Review { }
        """);

    [Fact]
    public async Task Fix_OneClass_DeclaresItPartial() => await Check.Fix(new DeclarePartialFix()).VerifyAsync(
        "using KvCompose; [KvPipeline, FullCache] class {|KVC1001:Chat|};",
        "using KvCompose; [KvPipeline, FullCache] partial class Chat;");
}
