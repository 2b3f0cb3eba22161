namespace KvCompose.Analyzers.Tests.Rules;

public class KVC2045Tests
{
    [Theory]
    [InlineData("{|KVC2045:TokenSelectivePropagation(Layer = 4)|}, HeteroHeads, LastQuery, {|KVC2024:HostOffload|}")]
    public async Task Propagation_BesideProfiledRoles_IsReported(string attributes)
    {
        var found = await Check.Analyzers.VerifyAsync("using KvCompose; [KvPipeline, " + attributes + "] partial class Chat;");
        Assert.Equal(
            "'TokenSelectivePropagation' propagates a part of the prompt to deeper layers, but the profile of 'HeteroHeads' was measured with the whole prompt in every layer",
            found.Single(static diagnostic => diagnostic.Id == "KVC2045").GetMessage());
    }
}
