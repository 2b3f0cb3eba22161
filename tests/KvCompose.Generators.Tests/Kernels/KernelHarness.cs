using ILGPU.Algorithms;
using ILGPU.Runtime;
using KvCompose.Ilgpu;
using KvCompose.Roslyn.Testing;

namespace KvCompose.Generators.Tests.Kernels;

/// <summary>The generator on sources that reference KvCompose.Ilgpu and what stands behind it.</summary>
internal static class KernelHarness
{
    /// <summary>Nothing but KvCompose is referenced.</summary>
    public static GeneratorHarness WithoutDevice { get; } = new(
        static () => new KvPipelineGenerator(), [TrackingNames.Parse, TrackingNames.Plan]);

    /// <summary>The device is referenced, and the pipelines have no kernels: no output depends on the target.</summary>
    public static GeneratorHarness WithoutKernels { get; } = WithoutDevice with
    {
        Project = new TestProject
        {
            ExtraReferences = [.. new[] { typeof(DeviceContext).Assembly, typeof(Accelerator).Assembly, typeof(XMath).Assembly }.Distinct()],
        },
    };

    /// <summary>The device is referenced, and the pipelines have kernels.</summary>
    public static GeneratorHarness WithDevice { get; } = WithoutKernels with
    {
        StepNames = [TrackingNames.Parse, TrackingNames.Plan, TrackingNames.Target],
    };
}
