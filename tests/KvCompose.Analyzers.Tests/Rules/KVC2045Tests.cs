namespace KvCompose.Analyzers.Tests.Rules;

public class KVC2045Tests
{
    [Theory]
    [InlineData("{|KVC2045:TokenSelectivePropagation(Layer = 4)|}, HeteroHeads, LastQuery, HostOffload")]
    public async Task Propagation_BesideProfiledRoles_IsReported(string attributes)
    {
        var found = await Check.Analyzers.VerifyAsync("using KvCompose; [KvPipeline, " + attributes + "] partial class Chat;");
        Assert.All(found, static diagnostic => Assert.Equal(
            "'TokenSelectivePropagation' lets deeper layers see a part of the prompt, but the profile of 'HeteroHeads' was made where every layer saw all of it",
            diagnostic.GetMessage()));
    }
}
