using KvCompose.Roslyn.Testing;
using KvCompose.Shared.Diagnostics;
using Microsoft.CodeAnalysis;

namespace KvCompose.Generators.Tests.Shared;

public class DiagnosticSiteTests
{
    private const string Attribute =
        "class StageAttribute(int first = 0, int second = 0) : System.Attribute { public int Budget { get; set; } }";

    [Theory]
    [InlineData("[Stage(1, 2, Budget = 3 + 4)] class C;", "Budget", "3 + 4")]
    [InlineData("[Stage(1, 2, Budget = 3)] class C;", "second", "2")]
    [InlineData("[Stage(second: 5, first: 6)] class C;", "second", "5")]
    [InlineData("[Stage(7, Budget = 3)] class C;", "second", "Stage(7, Budget = 3)")]
    [InlineData("[Stage] class C;", "Budget", "Stage")]
    public void Resolve_OptionOfAnAttribute_IsItsValueOrTheAttribute(string source, string option, string expected)
    {
        var type = Compile(source);
        var site = DiagnosticSite.Of(type.GetAttributes().Single(), option);
        Assert.Equal(expected, TextAt(site));
    }

    [Fact]
    public void Resolve_Symbol_IsItsNameInTheFirstDeclaration()
        => Assert.Equal("C", TextAt(DiagnosticSite.Of(Compile("partial class C; partial class C;"))));

    [Fact]
    public void Resolve_SymbolFromMetadata_HasNoLocation()
    {
        var site = DiagnosticSite.Of(Compile("class C;").BaseType!);
        Assert.Equal(Location.None, site.Resolve(CancellationToken.None));
    }

    [Fact]
    public void Resolve_Syntax_IsThatSyntax()
    {
        var node = Compile("class C;").DeclaringSyntaxReferences.Single().GetSyntax();
        Assert.Equal("class C;", TextAt(DiagnosticSite.Of(node)));
    }

    [Fact]
    public void Resolve_Default_HasNoLocation() => Assert.Equal(Location.None, default(DiagnosticSite).Resolve(CancellationToken.None));

    private static INamedTypeSymbol Compile(string source) => new TestProject().Compile(source, Attribute).GetTypeByMetadataName("C")!;

    private static string TextAt(DiagnosticSite site)
    {
        var location = site.Resolve(CancellationToken.None);
        return location.SourceTree!.GetText().ToString(location.SourceSpan);
    }
}
