namespace KvCompose.Analyzers.Tests.Rules;

public class KVC2041Tests
{
    [Theory]
    [InlineData("{|KVC2041:HeteroHeads|}, LastQuery")]
    [InlineData("HeteroHeads, LastQuery, HostOffload")]
    [InlineData("UniformBudget, AdaKvHeads, SnapKv")]
    public async Task Roles_WithoutABackingStore_AreReported(string attributes)
    {
        var found = await Check.Analyzers.VerifyAsync("using KvCompose; [KvPipeline, " + attributes + "] partial class Chat;");
        Assert.All(found, static diagnostic => Assert.Equal(
            "'HeteroHeads' names satellites, but no residency stage stores the tokens that they do not keep",
            diagnostic.GetMessage()));
    }
}
