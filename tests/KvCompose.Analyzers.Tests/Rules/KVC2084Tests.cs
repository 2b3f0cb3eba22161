namespace KvCompose.Analyzers.Tests.Rules;

public class KVC2084Tests
{
    [Fact]
    public async Task Value_WithACaveat_IsReported()
        => Assert.Equal("Option 'Mode' of 'CakeBudget' is ReferenceExact, which may leave part of the budget unused", await Check.SingleMessageAsync(
            "using KvCompose;"
            + "[KvPipeline, CakeBudget(Mode = {|KVC2084:CakeLedgerMode.ReferenceExact|}), CakeIndicator] partial class Chat;"));

    [Theory]
    [InlineData("CakeBudget")]
    [InlineData("CakeBudget(Mode = KvCompose.CakeLedgerMode.Monotone)")]
    public async Task Value_WithoutOne_IsNot(string budget)
        => await Check.Analyzers.VerifyAsync("using KvCompose; [KvPipeline, " + budget + ", CakeIndicator] partial class Chat;");
}
