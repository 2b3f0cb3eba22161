using KvCompose.CodeFixes;

namespace KvCompose.Analyzers.Tests.Rules;

public class KVC1002Tests
{
    [Fact]
    public async Task EveryContainer_NotPartial_IsReportedAtItsName()
    {
        var found = await Check.Analyzers.VerifyAsync("""
            using KvCompose;
            class {|KVC1002:Outer|}
            {
                partial struct Middle
                {
                    interface {|KVC1002:IInner|}
                    {
                        [KvPipeline, FullCache] sealed partial class Chat;
                    }
                }
            }
            """);
        Assert.Equal("Type 'Outer' contains pipeline 'Chat' and must be declared partial", found[0].GetMessage());
    }

    [Fact]
    public async Task Containers_AllPartial_AreNot() => await Check.Analyzers.VerifyAsync("""
        using KvCompose;
        namespace App
        {
            partial record Outer(int Number)
            {
                partial record struct Middle
                {
                    [KvPipeline, FullCache] internal static partial class Chat;
                }
            }
        }
        """);

    [Fact]
    public async Task Fix_ContainerOfTwoPipelines_DeclaresItPartialOnce() => await Check.Fix(new DeclarePartialFix()).VerifyFixAllAsync(
        """
        using KvCompose;
        public static class {|KVC1002:{|KVC1002:Pipelines|}|}
        {
            [KvPipeline, FullCache]
            public sealed partial class Chat;

            [KvPipeline, FullCache]
            public sealed partial class Review;
        }
        """,
        """
        using KvCompose;
        public static partial class Pipelines
        {
            [KvPipeline, FullCache]
            public sealed partial class Chat;

            [KvPipeline, FullCache]
            public sealed partial class Review;
        }
        """);

    [Fact]
    public async Task Fix_ContainerAndPipeline_DeclaresBothPartial() => await Check.Fix(new DeclarePartialFix()).VerifyAsync(
        "using KvCompose; readonly struct {|KVC1002:Outer|} { [KvPipeline, FullCache] class {|KVC1001:Chat|}; }",
        "using KvCompose; readonly partial struct Outer { [KvPipeline, FullCache] partial class Chat; }");
}
