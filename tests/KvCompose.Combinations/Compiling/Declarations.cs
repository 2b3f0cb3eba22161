extern alias simulator;

using System.Collections.Immutable;
using System.Reflection;
using KvCompose.Combinations.Catalogue;
using KvCompose.Ilgpu;
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

    /// <summary>The same in a project for which kernels are emitted, for ILGPU and for the simulator.</summary>
    public static TestProject ProjectWithKernels { get; } = Project with
    {
        ExtraReferences =
        [
            typeof(DeviceContext).Assembly,
            .. typeof(DeviceContext).Assembly.GetReferencedAssemblies()
                .Where(static name => name.Name is "ILGPU" or "ILGPU.Algorithms").Select(Assembly.Load),
        ],
        AliasedReferences = ImmutableDictionary<string, Assembly>.Empty.Add("simulator", typeof(simulator::KvCompose.Simulation.Lane).Assembly),
        BuildProperties = ImmutableDictionary<string, string>.Empty.Add("KvComposeEmitSimulator", "true"),
    };

    /// <summary>One class for each combination.</summary>
    public static Compilation Compile(IEnumerable<Combination> combinations) => Compile(combinations, Project);

    /// <summary>One class for each combination, in a project.</summary>
    public static Compilation Compile(IEnumerable<Combination> combinations, TestProject project)
        => project.Compile($"namespace {Namespace};\n" + string.Concat(combinations.Select(static combination => combination.Source)));

    /// <summary>The class that a place in such a source belongs to.</summary>
    public static string ClassAt(Location location)
        => location.SourceTree!.GetRoot().FindNode(location.SourceSpan).FirstAncestorOrSelf<ClassDeclarationSyntax>()!.Identifier.Text;
}
