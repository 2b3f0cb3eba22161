using System.Reflection;
using System.Text.RegularExpressions;

namespace KvCompose.Ilgpu.Tests.Simulation;

/// <summary>The twins beside the kernels are what the rules of <see cref="KvCompose.Simulation.SimulatedStep"/> make of them.</summary>
public sealed partial class TwinTests
{
    [Theory]
    [InlineData("DecodeAttention")]
    [InlineData("TopK")]
    [InlineData("PageGather")]
    [InlineData("WindowObservation")]
    public void Twin_OfEveryKernelThatSynchronises_DiffersOnlyInItsSteps(string file)
    {
        string twins = Read($"{file}.Simulated.cs");
        string[] kernels = [.. Kernel().Matches(Read($"{file}.cs")).Select(match => match.Value).Where(Synchronises)];
        Assert.NotEmpty(kernels);
        foreach (string kernel in kernels)
        {
            Assert.Contains(Translate(kernel), twins);
        }

        Assert.Equal(kernels.Length, twins.Split("_Simulated(").Length - 1);
    }

    private static bool Synchronises(string kernel) => kernel.Contains("Group.Barrier") || kernel.Contains("Warp.Shuffle");

    private static string Translate(string kernel)
    {
        kernel = Signature().Replace(kernel, "public static IEnumerator<SimulatedStep> $1_Simulated(");
        kernel = kernel.Replace("Group.Barrier();", "yield return SimulatedStep.Barrier();").Replace("return;", "yield break;");
        return Shuffle().Replace(
            kernel, "$1Lane.Put($5);\n$1yield return SimulatedStep.Shuffle();\n$1$2 $3 = Lane.Take$4<$2>($6);");
    }

    private static string Read(string name)
    {
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(name)!;
        return new StreamReader(stream).ReadToEnd().ReplaceLineEndings("\n");
    }

    [GeneratedRegex(@"    public static void \w+\((?:.*\n)+?    \}\n")]
    private static partial Regex Kernel();

    [GeneratedRegex(@"public static void (\w+)\(")]
    private static partial Regex Signature();

    [GeneratedRegex(@"( +)(\w+) (\w+) = Warp\.Shuffle(\w*)\((\w+), (\w+)\);")]
    private static partial Regex Shuffle();
}
