using KvCompose.Roslyn.Testing;
using KvCompose.Shared;
using Microsoft.CodeAnalysis;

namespace KvCompose.Generators.Tests.Shared;

public class HierarchySpecTests
{
    [Theory]
    [InlineData("partial class C;", "C", "C.Plan.g.cs")]
    [InlineData("namespace A.B; partial class C;", "A.B.C", "A.B.C.Plan.g.cs")]
    [InlineData("namespace @class.@event { partial class @int<T>; }", "class.event.int`1", "class.event.int`1.Plan.g.cs")]
    [InlineData("namespace A; partial record struct R<T> { partial interface I<X, @in> { partial record @record; } }",
        "A.R`1+I`2+record", "A.R`1+I`2+record.Plan.g.cs")]
    [InlineData("partial struct S { static partial class @var<@class>; }", "S+var`1", "S+var`1.Plan.g.cs")]
    public void Write_AnyDeclaration_AddsTheMemberToThatType(string source, string metadataName, string hintName)
    {
        var project = new TestProject();
        var compilation = project.Compile(source);
        var hierarchy = HierarchySpec.From(compilation.GetTypeByMetadataName(metadataName)!);
        var writer = new SourceWriter();
        hierarchy.Write(writer, static inner => inner.WriteLine("public const int Added = 1;"), "/// <summary>It.</summary>");

        var output = compilation.AddSyntaxTrees(project.Parse(writer.ToString(), "Added.cs"));
        Assert.Empty(output.GetDiagnostics().Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error));
        var type = output.GetTypeByMetadataName(metadataName)!;
        Assert.Single(type.GetMembers("Added"));
        Assert.Contains("It.", type.GetDocumentationCommentXml());
        Assert.Equal(hintName, hierarchy.HintName("Plan"));
    }

    /// <summary>File systems take 255 bytes; two long names that begin alike stay two.</summary>
    [Fact]
    public void HintName_OfLongNames_FitsAFileNameAndStaysUnique()
    {
        string name = string.Concat(Enumerable.Repeat("Größe", 80));
        string[] hints = [.. new[] { "A", "B" }.Select(end => HierarchySpec
            .From(new TestProject().Compile($"class {name}{end};").GetTypeByMetadataName(name + end)!).HintName("Kernels.Simulated"))];
        Assert.All(hints, static hint => Assert.InRange(System.Text.Encoding.UTF8.GetByteCount(hint), 200, 250));
        Assert.All(hints, static hint => Assert.EndsWith(".Kernels.Simulated.g.cs", hint));
        Assert.NotEqual(hints[0], hints[1]);
    }

    [Fact]
    public void From_TwoCompilationsOfOneSource_AreEqual()
    {
        Assert.Equal(Parse("namespace A; class B<T> { class C; }"), Parse("namespace A; class B<T> { class C { int x; } }"));
        Assert.NotEqual(Parse("namespace A; class B<T> { class C; }"), Parse("namespace A; struct B<T> { class C; }"));
        static HierarchySpec Parse(string source)
            => HierarchySpec.From(new TestProject().Compile(source).GetTypeByMetadataName("A.B`1+C")!);
    }

    [Fact]
    public void TypeRefFrom_GenericAndKeywordTypes_AreNamedGloballyAndEqualByValue()
    {
        Assert.Equal(new TypeRef("in", "global::A.@in<float, global::A.@in<int, string>>", true), Parse());
        Assert.Equal("float", TypeRef.From(new TestProject().Compile("").GetSpecialType(SpecialType.System_Single)).FullyQualifiedName);
        Assert.Equal(Parse(), Parse());
        static TypeRef Parse()
        {
            var holder = new TestProject().Compile("namespace A { struct @in<T, U>; class H { @in<float, @in<int, string>> f; } }")
                .GetTypeByMetadataName("A.H")!;
            return TypeRef.From(((IFieldSymbol)holder.GetMembers("f").Single()).Type);
        }
    }
}
