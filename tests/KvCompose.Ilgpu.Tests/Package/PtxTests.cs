using System.Reflection;
using ILGPU;
using ILGPU.Backends.EntryPoints;
using ILGPU.Backends.PTX;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;

namespace KvCompose.Ilgpu.Tests.Package;

/// <summary>With the package present: what ILGPU makes of the emitted kernels, for a device that need not be there.</summary>
public sealed class PtxTests
{
    private const int Threads = 128;

    public static TheoryData<string, string> Kernels()
    {
        var kernels = new TheoryData<string, string>();
        foreach (Type pipeline in typeof(PtxTests).Assembly.GetTypes()
            .Where(type => type.IsDefined(typeof(KvPipelineAttribute))).OrderBy(type => type.FullName, StringComparer.Ordinal))
        {
            foreach (MethodInfo kernel in KernelsOf(pipeline))
            {
                kernels.Add(pipeline.FullName!, kernel.Name);
            }
        }

        return kernels;
    }

    [Theory]
    [MemberData(nameof(Kernels))]
    public void Compile_EmittedKernelForSm90_StaysInRegisters(string pipeline, string kernel)
    {
        string code = Compile(KernelsOf(typeof(PtxTests).Assembly.GetType(pipeline)!).Single(method => method.Name == kernel));
        Assert.DoesNotContain(".local", code, StringComparison.Ordinal);
        Assert.DoesNotContain("call", code, StringComparison.Ordinal);
    }

    [Fact]
    public void Compile_Attention_Loads16BytesAtOnce()
        => Assert.Contains("ld.global.v4", Compile(KernelsOf(typeof(Emitted.Full128)).Single(method => method.Name == "AttendKernel")), StringComparison.Ordinal);

    private static MethodInfo[] KernelsOf(Type pipeline)
        => pipeline.GetNestedType("Kernels", BindingFlags.Public | BindingFlags.NonPublic) is not { } kernels
            ? []
            : [.. kernels.GetMethods(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static).Where(method => method.IsDefined(typeof(KernelNameAttribute)))];

    private static string Compile(MethodInfo kernel)
    {
        // A failed compilation spoils its context, so every kernel gets one of its own.
        using Context context = Context.Create(builder => builder.EnableAlgorithms().Optimize(OptimizationLevel.O2));
        using var backend = new PTXBackend(
            context, new CudaCapabilityContext(CudaArchitecture.SM_90), CudaArchitecture.SM_90, CudaInstructionSet.ISA_80, null);
        var compiled = (PTXCompiledKernel)backend.Compile(EntryPointDescription.FromExplicitlyGroupedKernel(kernel), new KernelSpecialization(Threads, 4));
        return compiled.PTXAssembly;
    }
}
