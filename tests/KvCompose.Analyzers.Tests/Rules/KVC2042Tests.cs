namespace KvCompose.Analyzers.Tests.Rules;

public class KVC2042Tests
{
    [Theory]
    [InlineData("{|KVC2042:UniformBudget|}, HeteroHeads, LastQuery, HostOffload")]
    [InlineData("{|KVC2042:PyramidBudget(Tokens = 512)|}, HeteroHeads, LastQuery, HostOffload")]
    [InlineData("UniformBudget, AdaKvHeads, SnapKv")]
    public async Task LayerBudget_BesideRolesThatDivideTheWholeModel_IsReported(string attributes)
    {
        await Check.Analyzers.VerifyAsync("using KvCompose; [KvPipeline, " + attributes + "] partial class Chat;");
    }
}
