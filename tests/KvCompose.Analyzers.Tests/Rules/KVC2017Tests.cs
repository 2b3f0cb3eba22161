namespace KvCompose.Analyzers.Tests.Rules;

public class KVC2017Tests
{
    private const string Steep = """
        class SteepAttribute : TokenSelectionAttribute<Steep> { public double Tau { get; set; } public double Tua { get; set; } }
        readonly struct Steep : ITokenSelection<Steep>
        {
            [StageOption(1.0, Minimum = 0.01)] public double Tau { get; init; }
            public double Tua { get; init; }
            public static float Score(in Steep options, in TokenStatistics token) => (float)options.Tau;
        }
        """;

    [Fact]
    public async Task Property_WithoutAStageOptionOfItsName_IsReportedAtItsValue()
        => Assert.Equal("'Tua' is no option of stage 'Steep', so its value would be ignored; it has Tau", await Check.SingleMessageAsync(
            "using KvCompose; [KvPipeline, Steep(Tua = {|KVC2017:2|}, Tau = 3)] partial class Chat;" + Steep));

    [Theory]
    [InlineData("Steep(Tau = 3)")]
    [InlineData("Steep")]
    [InlineData("UniformBudget(Ratio = 0.5), SnapKv(Window = 16, Kernel = 5)")]
    [InlineData("UniformBudget(Tokens = 64), SnapKv, TokenSelectivePropagation(Layer = 2, Tokens = 128)")]
    public async Task Properties_WithStageOptions_AreNot(string attributes)
        => await Check.Analyzers.VerifyAsync("using KvCompose; [KvPipeline, " + attributes + "] partial class Chat;" + Steep);

    [Fact]
    public async Task Property_OfAStageWithoutOptions_IsReported() => Assert.Equal(
        "'Extra' is no option of stage 'Bare', so its value would be ignored; it has none", await Check.SingleMessageAsync("""
            using KvCompose;
            [KvPipeline, Bare(Extra = {|KVC2017:1|})] partial class Chat;
            class BareAttribute : TokenSelectionAttribute<Bare> { public int Extra { get; set; } }
            readonly struct Bare : ITokenSelection<Bare>
            {
                public static float Score(in Bare options, in TokenStatistics token) => 0;
            }
            """));
}
