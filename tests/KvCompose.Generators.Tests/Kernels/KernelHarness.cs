using System.Collections.Immutable;
using ILGPU.Algorithms;
using ILGPU.Runtime;
using KvCompose.Ilgpu;
using KvCompose.Roslyn.Testing;

namespace KvCompose.Generators.Tests.Kernels;

/// <summary>The generator on sources that reference KvCompose.Ilgpu and what stands behind it.</summary>
internal static class KernelHarness
{
    private static readonly ImmutableArray<string> Steps = [TrackingNames.Parse, TrackingNames.Plan, TrackingNames.Target];

    public static GeneratorHarness WithoutDevice { get; } = new(static () => new KvPipelineGenerator(), Steps);

    public static GeneratorHarness WithDevice { get; } = WithoutDevice with
    {
        Project = new TestProject
        {
            ExtraReferences = [.. new[] { typeof(DeviceContext).Assembly, typeof(Accelerator).Assembly, typeof(XMath).Assembly }.Distinct()],
        },
    };
}
