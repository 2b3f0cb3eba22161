using KvCompose.CodeFixes;
using KvCompose.Roslyn.Testing;

namespace KvCompose.Analyzers.Tests.Rules;

public class KVC2004Tests
{
    // Nothing is generated for these, and a search for derived classes cannot cope with the workspace's generators.
    private static readonly CodeFixHarness Fix = Check.Fix(new MakeStructFix()) with { Generators = [] };

    [Fact]
    public async Task Stage_WithAReferenceTypeField_IsReportedAtTheAttribute()
    {
        var found = await Check.Analyzers.VerifyAsync("""
            using KvCompose;
            [KvPipeline]
            [{|KVC2004:TokenSelection<Named>|}]
            public partial class Chat;
            public struct {|CS8377:Named|} : ITokenSelection<Named>
            {
                public string Name;
                public static float Score(in Named options, in TokenStatistics token) => 0;
            }
            """);
        Assert.Equal("Stage 'Named' must be a struct without reference-type fields", found[0].GetMessage());
    }

    [Theory]
    [InlineData("Recency", "class Recency;", "Recency")]
    [InlineData("System.DayOfWeek", "", "DayOfWeek")]
    [InlineData("int[]", "", "int[]")]
    public async Task Stage_ThatIsNoStruct_IsReportedBesideItsContract(string stage, string declaration, string name)
    {
        var found = await Check.Analyzers.VerifyAsync($$"""
            using KvCompose;
            [KvPipeline, {|KVC2003:{|KVC2004:TokenSelection<{{stage}}>|}|}] partial class Chat;
            {{declaration}}
            """);
        Assert.Contains(found, diagnostic => diagnostic.GetMessage() == $"Stage '{name}' must be a struct without reference-type fields");
    }

    [Fact]
    public async Task Stage_ThatIsAnUnmanagedStruct_IsNot() => await Check.Analyzers.VerifyAsync("""
        using KvCompose;
        [KvPipeline, TokenSelection<Weighted>]
        public partial class Chat;
        public record struct Weighted(float First, System.Guid Second) : ITokenSelection<Weighted>
        {
            public static float Score(in Weighted options, in TokenStatistics token) => options.First * token.Position;
        }
        """);

    [Fact]
    public async Task Fix_PlainClass_MakesItAStruct() => await Fix.VerifyAsync(
        """
        using KvCompose;
        [KvPipeline, {|KVC2003:{|KVC2004:TokenSelection<Recency>|}|}] partial class Chat;

        /// <summary>By position.</summary>
        public sealed class Recency
        {
            private readonly float _weight;
            public static float Score(in Recency options, in TokenStatistics token) => token.Position * options._weight;
        }
        """,
        """
        using KvCompose;
        [KvPipeline, {|KVC2003:TokenSelection<Recency>|}] partial class Chat;

        /// <summary>By position.</summary>
        public struct Recency
        {
            private readonly float _weight;
            public static float Score(in Recency options, in TokenStatistics token) => token.Position * options._weight;
        }
        """);

    [Fact]
    public async Task FixAll_ClassesAndRecordsOfSeveralPipelines_MakesThemStructs() => await Fix.VerifyFixAllAsync(
        """
        using KvCompose;
        [KvPipeline, {|KVC2003:{|KVC2004:TokenSelection<A>|}|}] partial class First;
        [KvPipeline, {|KVC2003:{|KVC2004:TokenSelection<A>|}|}] partial class Second;
        [KvPipeline, {|KVC2003:{|KVC2004:TokenSelection<B>|}|}] partial class Third;
        sealed class A;
        record B(float Weight);
        """,
        """
        using KvCompose;
        [KvPipeline, {|KVC2003:TokenSelection<A>|}] partial class First;
        [KvPipeline, {|KVC2003:TokenSelection<A>|}] partial class Second;
        [KvPipeline, {|KVC2003:TokenSelection<B>|}] partial class Third;
        struct A;
        record struct B(float Weight);
        """);

    [Theory]
    [InlineData("class Base; class Stage : Base;")]
    [InlineData("abstract class Stage;")]
    [InlineData("class Stage { string name; }")]
    [InlineData("class Stage { int number = 1; }")]
    [InlineData("class Stage { public int Number { get; } = 1; }")]
    [InlineData("class Stage { private Stage() { } }")]
    [InlineData("class Stage { protected int number; }")]
    [InlineData("class Stage { ~Stage() { } }")]
    [InlineData("partial class Stage; partial class Stage;")]
    [InlineData("class Stage; class Derived : Stage;")]
    [InlineData("interface Stage;")]
    public async Task Fix_ClassThatCannotSimplyBeAStruct_OffersNothing(string stage)
        => await Fix.VerifyOffersNothingAsync(
            "using KvCompose; [KvPipeline, {|KVC2003:{|KVC2004:TokenSelection<Stage>|}|}] partial class Chat; " + stage);
}
