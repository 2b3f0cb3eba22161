using System.Text.RegularExpressions;
using KvCompose.Roslyn.Testing;

namespace KvCompose.Generators.Tests.Kernels;

/// <summary>The two dialects of a kernel differ only where the simulator's rules say so.</summary>
public partial class TwinTests
{
    private const string Pipeline = """
        using KvCompose;
        [KvPipeline(HeadDim = 48, GroupSize = 3)]
        [UniformBudget]
        [SnapKv(Window = 20)]
        public sealed partial class Pipe;
        """;

    [Fact]
    public void Twin_OfEveryKernelThatSynchronises_DiffersOnlyInItsSteps()
    {
        GeneratorRun run = KernelHarness.WithSimulator.Run(Pipeline);
        string twins = Qualified().Replace(run.Sources["Pipe.Kernels.Simulated.g.cs"], "");
        string[] kernels = [.. Kernel().Matches(run.Sources["Pipe.Kernels.g.cs"]).Select(static match => match.Value).Where(Synchronises)];
        Assert.Equal(6, kernels.Length);
        Assert.All(kernels, kernel => Assert.Contains(Translate(kernel), twins, StringComparison.Ordinal));
        Assert.Equal(kernels.Length, twins.Split("_Simulated(").Length - 1);
        Assert.All(Kernel().Matches(run.Sources["Pipe.Kernels.g.cs"]).Select(static match => match.Value), kernel => Assert.Contains(kernel, twins, StringComparison.Ordinal));
    }

    private static bool Synchronises(string kernel)
        => kernel.Contains("Group.Barrier", StringComparison.Ordinal) || kernel.Contains("Warp.Shuffle", StringComparison.Ordinal);

    private static string Translate(string kernel)
    {
        kernel = Signature().Replace(kernel, "internal static IEnumerator<SimulatedStep> $1_Simulated(");
        kernel = kernel.Replace("Group.Barrier();", "yield return SimulatedStep.Barrier();", StringComparison.Ordinal)
            .Replace("return;", "yield break;", StringComparison.Ordinal);
        return Shuffle().Replace(kernel, "$1Lane.Put($5);\n$1yield return SimulatedStep.Shuffle();\n$1$2 $3 = Lane.Take$4<$2>($6);");
    }

    [GeneratedRegex(@"        internal static void \w+Kernel\((?:.*\n)+?        \}\n")]
    private static partial Regex Kernel();

    [GeneratedRegex(@"simulator::(?:ILGPU\.Algorithms|ILGPU\.Backends\.EntryPoints|ILGPU|KvCompose\.Ilgpu|KvCompose\.Simulation)\.")]
    private static partial Regex Qualified();

    [GeneratedRegex(@"internal static void (\w+)\(")]
    private static partial Regex Signature();

    [GeneratedRegex(@"( +)(\w+) (\w+) = Warp\.Shuffle(\w*)\((\w+), (\w+)\);")]
    private static partial Regex Shuffle();
}
