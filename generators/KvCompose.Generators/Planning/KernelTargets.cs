using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace KvCompose.Generators.Planning;

/// <summary>Finds out from references and build properties what kernels may be written for.</summary>
internal static class KernelTargets
{
    /// <summary>Test projects set it; they reference the simulator's assembly by the extern alias <c>simulator</c>.</summary>
    public const string SimulatorProperty = "build_property.KvComposeEmitSimulator";

    private const string Bridge = "KvCompose.Ilgpu";
    private const string Package = "ILGPU";

    /// <summary>Whether the references hold all that kernels name.</summary>
    public static bool HasDevice(Compilation compilation)
    {
        bool bridge = false, package = false;
        foreach (AssemblyIdentity reference in compilation.ReferencedAssemblyNames)
        {
            bridge |= reference.Name == Bridge;
            package |= reference.Name == Package;
        }

        return bridge && package;
    }

    /// <summary>Whether the project asks for kernels that the simulator runs.</summary>
    public static bool AsksForSimulator(AnalyzerConfigOptions options)
        => options.TryGetValue(SimulatorProperty, out string? value) && bool.TryParse(value, out bool asked) && asked;

    /// <summary>What kernels are emitted for.</summary>
    public static KernelTarget Of(bool hasDevice, bool asksForSimulator) => (hasDevice, asksForSimulator) switch
    {
        (false, _) => KernelTarget.None,
        (true, false) => KernelTarget.Ilgpu,
        (true, true) => KernelTarget.IlgpuAndSimulator,
    };
}
