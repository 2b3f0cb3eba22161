using KvCompose.Combinations.Catalogue;
using KvCompose.Roslyn.Testing;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace KvCompose.Combinations.Compiling;

/// <summary>Combinations as the source of a project.</summary>
internal static class Declarations
{
    /// <summary>The namespace of the pipeline classes.</summary>
    public const string Namespace = "Combined";

    /// <summary>How they are compiled.</summary>
    public static TestProject Project { get; } = new()
    {
        AdditionalFiles = [new AdditionalSource("/" + SmallModelOptions.HeadScores, SmallModel.HeadScoresFile)],
    };

    /// <summary>One class for each combination.</summary>
    public static Compilation Compile(IEnumerable<Combination> combinations)
        => Project.Compile($"namespace {Namespace};\n" + string.Concat(combinations.Select(static combination => combination.Source)));

    /// <summary>The class that a place in such a source belongs to.</summary>
    public static string ClassAt(Location location)
        => location.SourceTree!.GetRoot().FindNode(location.SourceSpan).FirstAncestorOrSelf<ClassDeclarationSyntax>()!.Identifier.Text;
}
