using System.Collections.Immutable;
using System.Reflection;
using KvCompose.Ilgpu;
using KvCompose.Roslyn.Testing;

namespace KvCompose.Generators.Tests.Pipelines;

/// <summary>The generator in the harness that checks every run.</summary>
internal static class PipelineHarness
{
    /// <summary>For sources that compile, in a project without a device.</summary>
    public static GeneratorHarness Strict { get; }
        = new(() => new KvPipelineGenerator(), [TrackingNames.Parse, TrackingNames.Plan]);

    /// <summary>For sources in error.</summary>
    public static GeneratorHarness OfErrors { get; } = Strict with { AllowCompileErrors = true };

    /// <summary>For sources that compile, in a project for which kernels are emitted where they can be.</summary>
    public static GeneratorHarness WithKernels { get; } = Strict with
    {
        Project = new TestProject { ExtraReferences = OfDevices() },
    };

    /// <summary>Whether kernels read what the declared storage stores: single precision alone.</summary>
    public static bool HasKernels(string declaration)
        => !((string[])["Fp16Storage", "Int8Storage", "Int4Storage", "ThinKStorage"]).Any(storage => declaration.Contains(storage, StringComparison.Ordinal));

    /// <summary>The bridge to devices, and what it is built on.</summary>
    private static ImmutableArray<Assembly> OfDevices()
    {
        var bridge = typeof(DeviceContext).Assembly;
        return
        [
            bridge,
            .. bridge.GetReferencedAssemblies()
                .Where(static name => name.Name is "ILGPU" or "ILGPU.Algorithms").Select(Assembly.Load),
        ];
    }
}
