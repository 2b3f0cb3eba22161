extern alias generators;

using System.Text;
using generators::KvCompose.Generators;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace KvCompose.Benchmarks.Quick;

/// <summary>What one keystroke in a file without pipelines costs in the generator, warm as it is in an editor.</summary>
internal static class GeneratorKeystroke
{
    private const int WarmUps = 480; // the runtime goes on compiling Roslyn and the generator better for some four hundred keystrokes
    private const int Rounds = 40;

    public static double MedianMilliseconds(int pipelines, int otherFiles)
    {
        var options = new CSharpParseOptions(LanguageVersion.Preview);
        var trees = new List<SyntaxTree> { CSharpSyntaxTree.ParseText(Declarations(pipelines), options, "Pipelines.cs") };
        trees.AddRange(Enumerable.Range(0, otherFiles).Select(i => CSharpSyntaxTree.ParseText(Plain(i, 0), options, $"Other{i}.cs")));
        CSharpCompilation compilation = CSharpCompilation.Create(
            "Keystroke", trees, References(), new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, allowUnsafe: true));
        GeneratorDriver driver = CSharpGeneratorDriver.Create([new KvPipelineGenerator().AsSourceGenerator()], parseOptions: options);
        driver = driver.RunGenerators(compilation);
        var times = new double[WarmUps + Rounds];
        for (int round = 0; round < times.Length; round++)
        {
            SyntaxTree edited = CSharpSyntaxTree.ParseText(Plain(0, round + 1), options, "Other0.cs");
            compilation = compilation.ReplaceSyntaxTree(compilation.SyntaxTrees.First(tree => tree.FilePath == "Other0.cs"), edited);
            CSharpCompilation current = compilation;
            times[round] = Timing.Seconds(() => driver = driver.RunGenerators(current)) * 1000;
        }

        return Timing.Median(times[WarmUps..]);
    }

    private static string Declarations(int pipelines)
    {
        var text = new StringBuilder("using KvCompose;\nnamespace Keystroke;\n");
        for (int i = 0; i < pipelines; i++)
        {
            text.Append($"[KvPipeline(HeadDim = 64, GroupSize = 4)]\n[UniformBudget(Tokens = {512 + i})]\n[SnapKv(Window = 32, Kernel = 7)]\n")
                .Append($"public sealed partial class Pipeline{i};\n");
        }

        return text.ToString();
    }

    private static string Plain(int file, int value) => $"namespace Keystroke;\ninternal static class Other{file} {{ public static int Value() => {value}; }}\n";

    private static IEnumerable<MetadataReference> References()
        => ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(path => Path.GetFileName(path) is var name && (name.StartsWith("System.", StringComparison.Ordinal) || name is "KvCompose.dll" or "netstandard.dll"))
            .Select(path => MetadataReference.CreateFromFile(path));
}
