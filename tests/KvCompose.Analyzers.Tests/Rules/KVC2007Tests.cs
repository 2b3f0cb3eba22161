using KvCompose.CodeFixes;
using KvCompose.Roslyn.Testing;

namespace KvCompose.Analyzers.Tests.Rules;

public class KVC2007Tests
{
    [Theory]
    [InlineData("KvPipeline(HeadDim = {|KVC2007:72|}), FullCache", "HeadDim", "KvPipeline", "72", "a multiple of 16 between 16 and 512")]
    [InlineData("KvPipeline(GroupSize = {|KVC2007:0|}), FullCache", "GroupSize", "KvPipeline", "0", "between 1 and 16")]
    [InlineData("KvPipeline(PageTokens = {|KVC2007:int.MaxValue|}), FullCache", "PageTokens", "KvPipeline", "2147483647", "a multiple of 16 between 16 and 256")]
    [InlineData("KvPipeline, UniformBudget, SnapKv(Window = {|KVC2007:0|})", "Window", "SnapKv", "0", "between 1 and 1024")]
    [InlineData("KvPipeline, UniformBudget, SnapKv(Kernel = {|KVC2007:6|})", "Kernel", "SnapKv", "6", "odd and between 1 and 255")]
    [InlineData("KvPipeline, UniformBudget, SnapKv(Pooling = {|KVC2007:(PoolingKind)7|})", "Pooling", "SnapKv", "7", "a member of PoolingKind")]
    [InlineData("KvPipeline, SnapKv, UniformBudget(Ratio = {|KVC2007:1.5|})", "Ratio", "UniformBudget", "1.5", "between 0.001 and 1")]
    [InlineData("KvPipeline, SnapKv, UniformBudget(Ratio = {|KVC2007:double.NaN|})", "Ratio", "UniformBudget", "NaN", "between 0.001 and 1")]
    public async Task Option_OutOfItsRange_IsReportedAtItsValue(string attributes, string option, string stage, string value, string range)
        => Assert.Equal($"Option '{option}' of '{stage}' is {value}, but must be {range}",
            await Check.SingleMessageAsync("using KvCompose; [" + attributes + "] partial class Chat;"));

    [Theory]
    [InlineData("[StageOption(3, Minimum = 5)] public int Width { get; init; }", "Width", "3", "at least 5")]
    [InlineData("[StageOption(3.5, Maximum = 0.5)] public float Scale { get; init; }", "Scale", "3.5", "at most 0.5")]
    [InlineData("[StageOption(4, Odd = true)] public int Width { get; init; }", "Width", "4", "odd")]
    [InlineData("[StageOption(-1, Role = OptionRole.Sinks)] public int Sinks { get; init; }", "Sinks", "-1", "between 0 and 16777216")]
    [InlineData("[StageOption(4, Role = OptionRole.PoolingKernel)] public int Width { get; init; }", "Width", "4", "odd and between 1 and 255")]
    [InlineData("[StageOption(4, Role = OptionRole.Reduction)] public int How { get; init; }", "How", "4", "between 0 and 2")]
    [InlineData("[StageOption(4, Role = OptionRole.Sinks, RunTime = true)] public int Sinks { get; init; }", "Sinks", "open until run time", "a constant, because emitted loops are built for it")]
    [InlineData("[StageOption(1)] public int Width { get; }", "Width", "read-only", "a property with a set or init accessor")]
    [InlineData("[StageOption(1)] public long Width { get; init; }", "Width", "of type long", "an int, float, double, bool or enum")]
    [InlineData("[StageOption(1.5)] public int Width { get; init; }", "Width", "1.5", "an int")]
    [InlineData("[StageOption(\"x\")] public double Width { get; init; }", "Width", "\"x\"", "a number")]
    [InlineData("[StageOption(new[] { 1 })] public int Width { get; init; }", "Width", "{1}", "an int")]
    [InlineData("[StageOption(typeof(int))] public bool Wide { get; init; }", "Wide", "typeof(int)", "true or false")]
    [InlineData("[StageOption(null!)] public PoolingKind Kind { get; init; }", "Kind", "null", "a member of PoolingKind")]
    public async Task OptionOfAUsersStage_ThatCannotBe_IsReportedAtTheDeclaration(string property, string option, string value, string range)
        => Assert.Equal($"Option '{option}' of 'Mine' is {value}, but must be {range}", await Check.SingleMessageAsync($$"""
            using KvCompose;
            [KvPipeline, {|KVC2007:TokenSelection<Mine>|}] partial class Chat;
            struct Mine : ITokenSelection<Mine>
            {
                {{property}}
                public static float Score(in Mine options, in TokenStatistics token) => 0;
            }
            """));

    [Theory]
    [InlineData("PoolingKernel = 2", "PoolingKernel", "2", "odd and between 1 and 255")]
    [InlineData("Pooling = (PoolingKind)9", "Pooling", "9", "between 0 and 2")]
    [InlineData("Reduction = (GroupReduction)(-1)", "Reduction", "-1", "between 0 and 2")]
    public async Task FactOfAUsersStage_ThatNoLoopCanHave_IsReported(string facts, string fact, string value, string range)
        => Assert.Equal($"Option '{fact}' of 'Mine' is {value}, but must be {range}", await Check.SingleMessageAsync($$"""
            using KvCompose;
            [KvPipeline, {|KVC2007:TokenSelection<Mine>|}] partial class Chat;
            [TokenSelectionFacts({{facts}})]
            struct Mine : ITokenSelection<Mine>
            {
                public static float Score(in Mine options, in TokenStatistics token) => 0;
            }
            """));

    [Fact]
    public async Task Storage_WithoutElementBits_IsReported()
        => Assert.Equal("Option 'ElementBits' of 'Mine' is 0, but must be 4, 8, 16 or 32", await Check.SingleMessageAsync("""
            using System.Runtime.Intrinsics;
            using KvCompose;
            [KvPipeline, FullCache, {|KVC2007:Storage<Mine>|}] partial class Chat;
            unsafe struct Mine : IStorage<Mine>
            {
                public static void Store(byte* block, nint index, float value) { }
                public static Vector512<float> Load(byte* block, nint index) => default;
            }
            """));

    [Fact]
    public async Task Options_AtTheirLimits_AreNot() => await Check.Analyzers.VerifyAsync("""
        using KvCompose;
        [KvPipeline(HeadDim = 256, GroupSize = 16, PageTokens = 16)]
        [UniformBudget(Ratio = 1)]
        [SnapKv(Window = 1024, Kernel = 255, Pooling = PoolingKind.None)]
        partial class Chat;
        [KvPipeline, TokenSelection<Mine>] partial class Review;
        struct Mine : ITokenSelection<Mine>
        {
            [StageOption(0.1f, Minimum = 0.1, Maximum = 0.1)] public float Scale { get; init; }
            public static float Score(in Mine options, in TokenStatistics token) => options.Scale;
        }
        """);

    [Fact]
    public async Task Option_WithAValueTheCompilerRefuses_IsLeftToTheCompiler() => await Check.Analyzers.VerifyAsync("""
        using KvCompose;
        [KvPipeline, UniformBudget, SnapKv(Window = {|CS0029:"many"|})] partial class Chat;
        [KvPipeline(HeadDim = {|CS0029:"many"|}), FullCache] partial class Review;
        [KvPipeline, {|CS1729:FullCache(3)|}] partial class Third;
        """);

    [Fact]
    public async Task Option_UnderAHostileCulture_IsWrittenAsInSource()
    {
        using var culture = HostileCulture.Enter();
        Assert.Equal("Option 'Ratio' of 'UniformBudget' is -0.5, but must be between 0.001 and 1",
            await Check.SingleMessageAsync("using KvCompose; [KvPipeline, SnapKv, UniformBudget(Ratio = {|KVC2007:-0.5|})] partial class Chat;"));
    }

    [Fact]
    public async Task Fix_OptionsOfEveryType_SetsTheNearestValues() => await Check.Fix(new SetNearestValueFix()).VerifyFixAllAsync(
        """
        using KvCompose;
        [KvPipeline(HeadDim = {|KVC2007:70|}, GroupSize = {|KVC2007:-3|})]
        [UniformBudget(Ratio = {|KVC2007:-1.0|})]
        [SnapKv(Window = {|KVC2007:5000|} /* many */, Kernel = {|KVC2007:300|}, Reduction = {|KVC2007:(GroupReduction)99|})]
        partial class Chat;
        [KvPipeline, SnapKv, UniformBudget, Mine(Scale = {|KVC2007:2|})] partial class Review;
        sealed class MineAttribute : PropagationAttribute<Mine> { public float Scale { get; set; } }
        struct Mine : IPropagation<Mine>
        {
            [StageOption(0.5, Maximum = 0.75)] public float Scale { get; init; }
            public static int Count(in Mine options, in PropagationContext context) => context.Tokens;
        }
        """,
        """
        using KvCompose;
        [KvPipeline(HeadDim = 64, GroupSize = 1)]
        [UniformBudget(Ratio = 0.001)]
        [SnapKv(Window = 1024 /* many */, Kernel = 255, Reduction = GroupReduction.Max)]
        partial class Chat;
        [KvPipeline, SnapKv, UniformBudget, Mine(Scale = 0.75f)] partial class Review;
        sealed class MineAttribute : PropagationAttribute<Mine> { public float Scale { get; set; } }
        struct Mine : IPropagation<Mine>
        {
            [StageOption(0.5, Maximum = 0.75)] public float Scale { get; init; }
            public static int Count(in Mine options, in PropagationContext context) => context.Tokens;
        }
        """);

    [Theory]
    [InlineData("{|KVC2007:Mine|}", "Mine(Width = 5)")]
    [InlineData("{|KVC2007:Mine()|}", "Mine(Width = 5)")]
    [InlineData("{|KVC2007:Mine(Other = true)|}", "Mine(Other = true, Width = 5)")]
    public async Task Fix_DefaultOutOfRange_StatesTheOption(string before, string after)
    {
        const string stage = """
             partial class Chat;
            sealed class MineAttribute : TokenSelectionAttribute<Mine> { public int Width { get; set; } public bool Other { get; set; } }
            struct Mine : ITokenSelection<Mine>
            {
                [StageOption(3, Minimum = 5)] public int Width { get; init; }
                [StageOption(false)] public bool Other { get; init; }
                public static float Score(in Mine options, in TokenStatistics token) => 0;
            }
            """;
        await Check.Fix(new SetNearestValueFix()).VerifyAsync(
            $"using KvCompose; [KvPipeline, {before}]{stage}", $"using KvCompose; [KvPipeline, {after}]{stage}");
    }

    [Fact]
    public async Task Fix_OptionThatTheAttributeDoesNotOffer_OffersNothing() => await Check.Fix(new SetNearestValueFix()).VerifyOffersNothingAsync("""
        using KvCompose;
        [KvPipeline, {|KVC2007:TokenSelection<Mine>|}] partial class Chat;
        struct Mine : ITokenSelection<Mine>
        {
            [StageOption(3, Minimum = 5)] public int Width { get; init; }
            public static float Score(in Mine options, in TokenStatistics token) => 0;
        }
        """);
}
