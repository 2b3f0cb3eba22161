using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;
using ILGPU.Runtime.Cuda;

namespace KvCompose.Ilgpu;

/// <summary>How ILGPU is set up for emitted kernels.</summary>
internal static class DeviceBackend
{
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
}
