using KvCompose.CodeFixes;

namespace KvCompose.Analyzers.Tests.Rules;

public class KVC2092Tests
{
    [Theory]
    [InlineData("KvPipeline(HeadDim = 64)", "{|KVC2092:0.06|}", "'ThinKStorage' prunes 0.06 of 64 channels, fewer than the 4 that are pruned together, so no channel would be pruned")]
    [InlineData("KvPipeline(HeadDim = 16)", "{|KVC2092:0.2|}", "'ThinKStorage' prunes 0.2 of 16 channels, fewer than the 4 that are pruned together, so no channel would be pruned")]
    [InlineData("KvPipeline", "{|KVC2092:0.007|}", "'ThinKStorage' prunes 0.007 of 512 channels, fewer than the 4 that are pruned together, so no channel would be pruned")]
    [InlineData("KvPipeline(HeadDim = 64)", "{|KVC2092:0|}", "'ThinKStorage' prunes 0 of 64 channels, fewer than the 4 that are pruned together, so no channel would be pruned")]
    public async Task RatioThatPrunesNothing_IsReportedAtItsValue(string pipeline, string ratio, string message)
        => Assert.Equal(message, await Check.SingleMessageAsync(
            "using KvCompose; [" + pipeline + ", FullCache, ThinKStorage(Ratio = " + ratio + ")] partial class Chat;"));

    [Theory]
    [InlineData("KvPipeline, FullCache, ThinKStorage(Ratio = 0.01)")]
    [InlineData("KvPipeline(HeadDim = 64), FullCache, ThinKStorage")]
    [InlineData("KvPipeline(HeadDim = 16), FullCache, ThinKStorage(Ratio = 0.25)")]
    [InlineData("KvPipeline(HeadDim = 256), FullCache, ThinKStorage(Ratio = 0.02)")]
    public async Task OtherRatios_AreNotReported(string attributes)
        => await Check.Analyzers.VerifyAsync($"using KvCompose; [{attributes}] partial class Chat;");

    [Fact]
    public async Task HeadDimensionOfAModel_Counts()
        => Assert.Contains(
            "of 64 channels",
            Assert.Single(await ModelFiles.With().VerifyAsync(
                "using KvCompose; [KvPipeline(Model = \"config.json\"), FullCache, ThinKStorage(Ratio = {|KVC2092:0.05|})] partial class Chat;")).GetMessage());

    [Theory]
    [InlineData(64, "0.05", "0.0625")]
    [InlineData(48, "0.05", "0.08333333333333333")]
    public async Task Fix_SetsTheSmallestRatioThatPrunes(int headDim, string before, string after)
        => await Check.Fix(new SetNearestValueFix()).VerifyAsync(
            $"using KvCompose; [KvPipeline(HeadDim = {headDim}), FullCache, ThinKStorage(Ratio = {{|KVC2092:{before}|}})] partial class Chat;",
            $"using KvCompose; [KvPipeline(HeadDim = {headDim}), FullCache, ThinKStorage(Ratio = {after})] partial class Chat;");

    [Theory]
    [InlineData("PrunesKeyChannels = true, Quantised = true, ElementBits = 8", "KVC2007", "Option 'PrunesKeyChannels' of 'Mine' is true, but must be false where Quantised is true")]
    [InlineData("PrunesKeyChannels = true, ElementBits = 8", "KVC2005", "Stage 'Mine' needs an option of role PrunedChannels, which no other stage of 'Chat' provides")]
    public async Task FactsThatDoNotFit_AreReported(string facts, string rule, string message)
        => Assert.Equal(message, await Check.SingleMessageAsync($$"""
            using KvCompose;
            [KvPipeline, FullCache, {|{{rule}}:Storage<Mine>|}] partial class Chat;
            [StorageFacts({{facts}})]
            unsafe struct Mine : IStorage<Mine>
            {
                public static void Store(byte* block, nint index, float value) { }
                public static System.Runtime.Intrinsics.Vector512<float> Load(byte* block, nint index) => default;
            }
            """));
}
