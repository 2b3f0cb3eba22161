namespace KvCompose.Analyzers.Tests.Rules;

public class KVC1003Tests
{
    [Theory]
    [InlineData("public abstract partial class {|KVC1003:Chat|};", "abstract")]
    [InlineData("public partial record {|KVC1003:Chat|};", "a record")]
    [InlineData("public partial class {|KVC1003:Chat|}<T>;", "generic")]
    [InlineData("file partial class {|KVC1003:Chat|};", "file-local")]
    public async Task Pipeline_OfAnUnsupportedKind_IsReportedWithTheReason(string declaration, string reason)
        => Assert.Equal($"Pipeline class 'Chat' cannot be {reason}", await Check.SingleMessageAsync($"""
            using KvCompose;
            [KvPipeline, FullCache]
            {declaration}
            """));

    [Theory]
    [InlineData("partial class Outer<T>", "inside a generic type")]
    [InlineData("file partial class Outer", "inside a file-local type")]
    public async Task Pipeline_InATypeThatCannotBeReopened_IsReported(string container, string reason)
        => Assert.Equal($"Pipeline class 'Chat' cannot be {reason}", await Check.SingleMessageAsync(
            "using KvCompose; " + container + " { [KvPipeline, FullCache] partial class {|KVC1003:Chat|}; }"));

    [Fact]
    public async Task Pipeline_OfAFileLocalStage_IsReportedAtTheStage()
        => Assert.Equal("Pipeline class 'Chat' cannot be made of the file-local stage 'Mine'", await Check.SingleMessageAsync("""
            using KvCompose;
            [KvPipeline, {|KVC1003:TokenSelection<Mine>|}]
            public partial class Chat;
            file struct Mine : ITokenSelection<Mine>
            {
                public static float Score(in Mine options, in TokenStatistics token) => 0;
            }
            """));

    [Fact]
    public async Task Pipelines_ThatDifferByCaseAlone_AreReported()
    {
        var found = await Check.Analyzers.VerifyAsync("""
            using KvCompose;
            namespace App { [KvPipeline, FullCache] public partial class {|KVC1003:Chat|}; }
            namespace app { [KvPipeline, FullCache] public partial class {|KVC1003:CHAT|}; }
            namespace app { public partial class chat; }
            """);
        Assert.Equal("Pipeline class 'Chat' cannot be told from 'CHAT' by case alone", found[0].GetMessage());
    }

    [Theory]
    [InlineData("public static partial class Chat;")]
    [InlineData("sealed partial class Chat { class Nested<T>; }")]
    public async Task Pipeline_OfASupportedKind_IsNot(string declaration)
        => await Check.Analyzers.VerifyAsync("using KvCompose; [KvPipeline, FullCache] " + declaration);
}
