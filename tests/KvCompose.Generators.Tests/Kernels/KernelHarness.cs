extern alias simulator;

using System.Collections.Immutable;
using ILGPU.Algorithms;
using ILGPU.Runtime;
using KvCompose.DeviceTests.Package;
using KvCompose.Ilgpu;
using KvCompose.Roslyn.Testing;

namespace KvCompose.Generators.Tests.Kernels;

/// <summary>The generator on sources that reference KvCompose.Ilgpu and what stands after it.</summary>
internal static class KernelHarness
{
    /// <summary>Nothing but KvCompose is referenced.</summary>
    public static GeneratorHarness WithoutDevice { get; } = new(
        static () => new KvPipelineGenerator(), [TrackingNames.Parse, TrackingNames.Plan]);

    /// <summary>The device is referenced, and the pipelines have no kernels: no output depends on the target.</summary>
    public static GeneratorHarness WithoutKernels { get; } = WithoutDevice with
    {
        Project = new TestProject { ExtraReferences = [typeof(DeviceContext).Assembly, typeof(Accelerator).Assembly, typeof(XMath).Assembly] },
    };

    /// <summary>The device is referenced, and the pipelines have kernels.</summary>
    public static GeneratorHarness WithDevice { get; } = WithoutKernels with
    {
        StepNames = [TrackingNames.Parse, TrackingNames.Plan, TrackingNames.Target],
    };

    /// <summary>A test project of KvCompose's own: kernels for the simulator too.</summary>
    public static GeneratorHarness WithSimulator { get; } = WithDevice with
    {
        Project = WithDevice.Project with
        {
            AliasedReferences = ImmutableDictionary<string, System.Reflection.Assembly>.Empty.Add("simulator", typeof(simulator::KvCompose.Simulation.Lane).Assembly),
            BuildProperties = ImmutableDictionary<string, string>.Empty.Add("KvComposeEmitSimulator", "true"),
        },
    };

    /// <summary>Runs the generator with a device and compiles every kernel to PTX.</summary>
    public static GeneratorRun Run(string source)
    {
        GeneratorRun run = WithDevice.Run(source);
        CompileToPtx(run);
        return run;
    }

    /// <summary>Compiles every kernel of a run to PTX.</summary>
    public static void CompileToPtx(GeneratorRun run)
    {
        if (run.Sources.Keys.Any(static name => name.EndsWith(".Kernels.g.cs", StringComparison.Ordinal)))
        {
            using LoadedAssembly loaded = run.Load();
            CompileToPtx(loaded);
        }
    }

    /// <summary>Compiles every kernel of an assembly to PTX.</summary>
    public static void CompileToPtx(LoadedAssembly loaded)
    {
        using var compiler = new PtxCompiler();
        Assert.All(PtxCompiler.KernelsOf(loaded.Assembly), kernel => Assert.DoesNotContain("call", compiler.Compile(kernel), StringComparison.Ordinal));
    }
}
