using System.Reflection;
using ILGPU;
using ILGPU.Backends.EntryPoints;
using ILGPU.Backends.PTX;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;

namespace KvCompose.DeviceTests.Package;

/// <summary>Compiles emitted kernels to PTX for sm_90 at O2, as <c>DeviceContext</c> does; no device need be there. Not thread-safe.</summary>
internal sealed class PtxCompiler : IDisposable
{
    private const int Threads = 128;
    private const BindingFlags Nested = BindingFlags.Public | BindingFlags.NonPublic;

    private Context? _context;
    private PTXBackend? _backend;

    /// <summary>The kernels of every pipeline of an assembly.</summary>
    public static IEnumerable<MethodInfo> KernelsOf(Assembly assembly)
        => assembly.GetTypes().Where(static type => type.IsDefined(typeof(KvPipelineAttribute))).SelectMany(KernelsOf);

    /// <summary>The kernels of a pipeline; none where it has no kernels.</summary>
    public static IEnumerable<MethodInfo> KernelsOf(Type pipeline)
        => pipeline.GetNestedType("Kernels", Nested) is not { } kernels
            ? []
            : kernels.GetMethods(Nested | BindingFlags.Static).Where(static method => method.IsDefined(typeof(KernelNameAttribute)));

    /// <summary>Compiles one kernel.</summary>
    /// <returns>The PTX text.</returns>
    /// <exception cref="InvalidOperationException">ILGPU does not compile it.</exception>
    public string Compile(MethodInfo kernel)
    {
        _context ??= Context.Create(static builder => builder.EnableAlgorithms().Optimize(OptimizationLevel.O2));
        _backend ??= new PTXBackend(_context, new CudaCapabilityContext(CudaArchitecture.SM_90), CudaArchitecture.SM_90, CudaInstructionSet.ISA_80, null);
        try
        {
            var compiled = (PTXCompiledKernel)_backend.Compile(
                EntryPointDescription.FromExplicitlyGroupedKernel(kernel), new KernelSpecialization(Threads, 4));
            return compiled.PTXAssembly;
        }
        catch (Exception exception)
        {
            // A failed compilation spoils its context.
            Dispose();
            throw new InvalidOperationException($"{kernel.DeclaringType}.{kernel.Name} does not compile to PTX: {exception.Message}", exception);
        }
    }

    public void Dispose()
    {
        _backend?.Dispose();
        _context?.Dispose();
        (_backend, _context) = (null, null);
    }
}
