namespace KvCompose.Analyzers.Tests.Rules;

/// <summary>Where several stages fill one slot, a finding stands at the one that it is about.</summary>
public class SecondResidencyTests
{
    private const string Pages = "IceCache(Heads = HeadRoles.Full)";

    [Theory]
    [InlineData("{|KVC2005:HeteroHeads|}, StreamingLlm, " + Pages + ", {|KVC2005:HostOffload|}")]
    [InlineData("UniformBudget(Tokens = 512), LastQuery, " + Pages + ", {|KVC2040:HostOffload|}")]
    [InlineData("HeteroHeads, LastQuery, " + Pages + ", {|KVC2043:HostOffload(DriftThreshold = 0)|}")]
    [InlineData("HeteroHeads, LastQuery, " + Pages + ", {|KVC2044:HostOffload(Defects = KvCompose.PublishedDefects.SlotMismatch)|}")]
    [InlineData("FullCache, {|KVC2013:Attic|}, {|KVC2013:Residency<Archive>|}")]
    public async Task StageBehindAnotherOfItsSlot_IsWhereItsFindingStands(string stages)
        => await Check.Analyzers.VerifyAsync("using KvCompose; [KvPipeline(PageTokens = 16), " + stages + "] partial class Chat;" + """

            [ResidencyFacts(Serves = HeadRoles.Pivot | HeadRoles.Satellite)]
            struct Archive : IResidency<Archive>
            {
                public static void Place(in Archive options, in PlacementContext context) { }
            }

            [ResidencyFacts(Serves = HeadRoles.Full)]
            struct Attic : IResidency<Attic>
            {
                public static void Place(in Attic options, in PlacementContext context) { }
            }

            class AtticAttribute : ResidencyAttribute<Attic>;
            """);

    [Fact]
    public async Task PageSizeOfTheSecond_IsReportedThere()
        => Assert.Equal("'Wide' needs pages of 32 tokens, but 'IceCache' has pages of 16", await Check.SingleMessageAsync("""
            using KvCompose;
            [KvPipeline(PageTokens = 16), HeteroHeads, LastQuery, IceCache(Heads = HeadRoles.Full), {|KVC2101:Residency<Wide>|}] partial class Chat;
            [ResidencyFacts(Serves = HeadRoles.Pivot | HeadRoles.Satellite, PageTokens = 32)]
            struct Wide : IResidency<Wide>
            {
                public static void Place(in Wide options, in PlacementContext context) { }
            }
            """));

    [Fact]
    public async Task EveryPropagation_IsReportedWhereItStands()
        => await Check.Analyzers.VerifyAsync("""
            using KvCompose;
            [KvPipeline(SharesPrefixes = true), {|KVC2120:TokenSelectivePropagation(Layer = 5, Tokens = 4096)|}, {|KVC2120:TokenSelectivePropagation(Layer = 15, Tokens = 2048)|},
                UniformBudget(Tokens = 512), {|KVC2120:SnapKv|}] partial class Chat;
            """);
}
