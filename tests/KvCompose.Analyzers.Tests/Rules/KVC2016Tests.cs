namespace KvCompose.Analyzers.Tests.Rules;

public class KVC2016Tests
{
    [Theory]
    [InlineData("{|KVC2016:Fading|}", "BackingStore")]
    [InlineData("Fading(Evicts = false)", "BackingStore")]
    [InlineData("Fading", "None")]
    [InlineData("SnapKv", "BackingStore")]
    public async Task DecodeEviction_BesideABackingStore_IsReported(string selection, string provides)
    {
        var found = await Check.Analyzers.VerifyAsync($$"""
            using KvCompose;
            [KvPipeline, UniformBudget(Tokens = 64), {{selection}}, Residency<Archive>] partial class Chat;
            [ResidencyFacts(Provides = StageProducts.{{provides}})]
            struct Archive : IResidency<Archive>
            {
                public static void Place(in Archive options, in PlacementContext context) { }
            }
            [TokenSelectionFacts(
                Observes = AttentionStatistics.WindowSum | AttentionStatistics.DecodeProbabilities,
                Phases = StagePhases.Prefill | StagePhases.Decode, Lossy = true)]
            struct LeastAttended : IDecodeEviction<LeastAttended>
            {
                [StageOption(8, Role = OptionRole.Window)] public int Window { get; init; }
                [StageOption(true, Role = OptionRole.DecodeEviction)] public bool Evicts { get; init; }
                public static float Score(in LeastAttended options, in TokenStatistics token) => token.WindowSum;
                public static float Retain(in LeastAttended options, in ResidentToken token) => token.Probability;
            }
            class FadingAttribute : TokenSelectionAttribute<LeastAttended> { public bool Evicts { get; set; } }
            """);
        Assert.All(found, static diagnostic => Assert.Equal(
            "Selection 'LeastAttended' evicts while decoding, and the evicted tokens would not reach the backing store of 'Archive'",
            diagnostic.GetMessage()));
    }

    [Fact]
    public async Task DecodePhase_WithoutTheContract_IsReported()
        => await Check.Analyzers.VerifyAsync("""
            using KvCompose;
            [KvPipeline, UniformBudget(Tokens = 64), {|KVC2003:TokenSelection<Forgetful>|}] partial class Chat;
            [TokenSelectionFacts(Phases = StagePhases.Prefill | StagePhases.Decode, Lossy = true)]
            struct Forgetful : ITokenSelection<Forgetful>
            {
                public static float Score(in Forgetful options, in TokenStatistics token) => token.Position;
            }
            """);
}
