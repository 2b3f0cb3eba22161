namespace KvCompose.Analyzers.Tests.Rules;

public class KVC2026Tests
{
    [Theory]
    [InlineData("TokenSelectivePropagation(Tokens = 2048), UniformBudget(Tokens = 512), {|KVC2026:TokenSelection<Fading>|}")]
    [InlineData("UniformBudget(Tokens = 512), TokenSelection<Fading>")]
    public async Task EvictionWhileDecoding_BehindAPropagation_IsReported(string attributes)
    {
        var found = await Check.Analyzers.VerifyAsync("""
            using KvCompose;
            [TokenSelectionFacts(
                Observes = AttentionStatistics.WindowSum | AttentionStatistics.DecodeProbabilities, Needs = StageProducts.LayerBudgets,
                Provides = StageProducts.TokenScores, Phases = StagePhases.Prefill | StagePhases.Decode, Lossy = true)]
            struct Fading : IDecodeEviction<Fading>
            {
                [StageOption(8, Minimum = 1, Maximum = 64, Role = OptionRole.Window)] public int Window { get; init; }
                public static float Score(in Fading options, in TokenStatistics token) => token.WindowSum;
                public static float Retain(in Fading options, in ResidentToken token) => token.Probability;
            }
            """ + "[KvPipeline, " + attributes + "] partial class Chat;");
        Assert.All(found, static diagnostic => Assert.Equal(
            "Stage 'Fading' evicts while decoding, so deeper layers also lose tokens that 'TokenSelectivePropagation' propagated", diagnostic.GetMessage()));
    }
}
