using Microsoft.CodeAnalysis;

namespace KvCompose.Generators.Planning;

/// <summary>Finds out from the names of the references what kernels may be written for.</summary>
internal static class KernelTargets
{
    private const string Bridge = "KvCompose.Ilgpu";
    private const string Package = "ILGPU";
    private const string Simulator = "KvCompose.Simulator";

    public static KernelTarget Of(Compilation compilation)
    {
        bool bridge = false, package = false, simulator = false;
        foreach (AssemblyIdentity reference in compilation.ReferencedAssemblyNames)
        {
            bridge |= reference.Name == Bridge;
            package |= reference.Name == Package;
            simulator |= reference.Name == Simulator;
        }

        return (bridge, simulator, package) switch
        {
            (false, _, _) => KernelTarget.None,
            (_, true, _) => KernelTarget.Simulator,
            (_, _, true) => KernelTarget.Ilgpu,
            _ => KernelTarget.None,
        };
    }
}
