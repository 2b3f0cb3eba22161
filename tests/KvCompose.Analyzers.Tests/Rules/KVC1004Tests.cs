namespace KvCompose.Analyzers.Tests.Rules;

public class KVC1004Tests
{
    [Theory]
    [InlineData("int {|KVC1004:Plan|} => 1;", "Plan")]
    [InlineData("class {|KVC1004:Options|};", "Options")]
    [InlineData("struct {|KVC1004:Session|}<T>;", "Session")]
    [InlineData("void {|KVC1004:Open|}(int first) { }", "Open")]
    [InlineData("const int {|KVC1004:Kernels|} = 1;", "Kernels")]
    [InlineData("enum {|KVC1004:PrefillLoops|} { None }", "PrefillLoops")]
    public async Task Member_WithAGeneratedName_IsReportedAtItsName(string member, string name)
        => Assert.Equal($"'Chat' already declares '{name}', which KvCompose generates", await Check.SingleMessageAsync(
            "using KvCompose; [KvPipeline, FullCache] partial class Chat { " + member + " }"));

    [Fact]
    public async Task Pipeline_NamedLikeAGeneratedMember_IsReported()
        => Assert.Equal("'Plan' already declares 'Plan', which KvCompose generates", await Check.SingleMessageAsync(
            "using KvCompose; [KvPipeline, FullCache] partial class {|KVC1004:Plan|};"));

    [Fact]
    public async Task Member_InAnotherPartOfTheClass_IsReportedThere() => await Check.Analyzers.VerifyAsync(
        "using KvCompose; [KvPipeline, FullCache] partial class Chat;",
        "partial class Chat { static void {|KVC1004:Open|}() { } }");

    [Fact]
    public async Task Member_WithAnotherName_IsNot() => await Check.Analyzers.VerifyAsync(
        "using KvCompose; [KvPipeline, FullCache] partial class Chat { void Close() { } class Plans; int options; }");
}
