using ILGPU;
using ILGPU.Backends.EntryPoints;
using ILGPU.Backends.PTX;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;
using KvCompose.Ilgpu.Tests.Kernels;

namespace KvCompose.Ilgpu.Tests.Package;

/// <summary>With the package present: what ILGPU makes of the kernels, for a device that need not be there.</summary>
public sealed class PtxTests
{
    [Theory]
    [InlineData(typeof(DecodeAttention), nameof(DecodeAttention.Attend), true)]
    [InlineData(typeof(DecodeAttention), nameof(DecodeAttention.Combine), false)]
    [InlineData(typeof(TopK), nameof(TopK.Select), false)]
    [InlineData(typeof(PageGather), nameof(PageGather.Copy), true)]
    [InlineData(typeof(WindowObservation), nameof(WindowObservation.LogSumExp), true)]
    [InlineData(typeof(WindowObservation), nameof(WindowObservation.ColumnSums), true)]
    public void Compile_ForSm90_StaysInRegistersAndLoads16Bytes(Type type, string kernel, bool wide)
    {
        // A failed compilation spoils its context, so every kernel gets one of its own.
        using Context context = Context.Create(builder => builder.EnableAlgorithms().Optimize(OptimizationLevel.O2));
        using var backend = new PTXBackend(
            context, new CudaCapabilityContext(CudaArchitecture.SM_90), CudaArchitecture.SM_90, CudaInstructionSet.ISA_80, null);
        var compiled = (PTXCompiledKernel)backend.Compile(
            EntryPointDescription.FromExplicitlyGroupedKernel(type.GetMethod(kernel)!), new KernelSpecialization(128, 4));
        Assert.DoesNotContain(".local", compiled.PTXAssembly);
        Assert.DoesNotContain("call", compiled.PTXAssembly);
        Assert.Equal(wide, compiled.PTXAssembly.Contains("ld.global.v4"));
    }
}
