using ILGPU;
using ILGPU.Runtime;
#if ILGPU_PACKAGE
using ILGPU.Runtime.CPU;
using ILGPU.Runtime.Cuda;
#endif

namespace KvCompose.Ilgpu;

/// <summary>The few lines that differ between ILGPU and the simulator.</summary>
internal static class DeviceBackend
{
#if ILGPU_PACKAGE
    public const bool IsSimulated = false;

    // Without O2, kernel parameters are addressed generically; without the algorithms, Exp and Log have no device code.
    public static Context CreateContext()
        => Context.Create(builder => builder.Cuda().EnableAlgorithms().Optimize(OptimizationLevel.O2));

    public static Accelerator CreateAccelerator(Context context, bool preferProcessor)
    {
        Context.DeviceCollection<CudaDevice> devices = context.GetCudaDevices();

        // The default processor device has groups of 16 threads; the kernels have 128, in warps of 32.
        return devices.Count > 0 && !preferProcessor
            ? devices[0].CreateAccelerator(context)
            : new CPUDevice(numThreadsPerWarp: 32, numWarpsPerMultiprocessor: 4, numMultiprocessors: 1).CreateAccelerator(context);
    }
#else
    public const bool IsSimulated = true;

    public static Context CreateContext()
        => Context.Create(builder => builder.Default().EnableAlgorithms().Optimize(OptimizationLevel.O2));

    public static Accelerator CreateAccelerator(Context context, bool preferProcessor)
        => context.GetPreferredDevice(preferProcessor).CreateAccelerator(context);
#endif
}
