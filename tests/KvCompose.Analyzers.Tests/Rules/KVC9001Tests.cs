using KvCompose.Roslyn.Testing;
using Microsoft.CodeAnalysis.CSharp;

namespace KvCompose.Analyzers.Tests.Rules;

public class KVC9001Tests
{
    [Theory]
    [InlineData(LanguageVersion.CSharp10, "10.0")]
    [InlineData(LanguageVersion.CSharp9, "9.0")]
    public async Task Project_OfAnOlderLanguage_IsReportedAtEveryPipeline(LanguageVersion version, string shown)
    {
        var found = await Under(version).VerifyAsync("using KvCompose; [KvPipeline, FullCache] public partial class {|KVC9001:Chat|} { }");
        Assert.Equal($"KvCompose needs C# 11.0 or later, but the project uses {shown}", Assert.Single(found).GetMessage());
    }

    [Fact]
    public async Task Project_OfTheOldestPossibleLanguage_IsNot()
        => await Under(LanguageVersion.CSharp11).VerifyAsync("using KvCompose; [KvPipeline, FullCache] public partial class Chat { }");

    private static AnalyzerHarness Under(LanguageVersion version)
        => Check.Analyzers with { Project = new TestProject { LanguageVersion = version } };
}
