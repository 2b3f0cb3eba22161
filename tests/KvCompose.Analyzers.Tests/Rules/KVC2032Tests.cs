namespace KvCompose.Analyzers.Tests.Rules;

public class KVC2032Tests
{
    [Fact]
    public async Task HeadTable_ThatIsNotNamed_IsReported()
        => Assert.Equal("Stage 'HeadKvHeads' needs a profile: set Profile to one of the project's additional files", await Check.SingleMessageAsync(
            "using KvCompose; [KvPipeline, UniformBudget(Tokens = 512), {|KVC2032:HeadKvHeads|}, SnapKv] partial class Chat;"));

    [Fact]
    public async Task LayerAndProfileOfTheLayer_AreOneTooMany()
        => Assert.Equal("Option 'Layer' of 'TokenSelectivePropagation' is 3, but must be left to the profile", await Check.SingleMessageAsync(
            "using KvCompose; [KvPipeline, TokenSelectivePropagation(Layer = {|KVC2007:3|}, Profile = \"layer.json\"), UniformBudget, SnapKv] partial class Chat;"));
}
