using ILGPU;
using ILGPU.Runtime;

namespace KvCompose.Ilgpu;

/// <summary>Stands in for the file of the same name in KvCompose.Ilgpu; all other files of the bridge are compiled as they are.</summary>
internal static class DeviceBackend
{
    public static Context CreateContext()
        => Context.Create(builder => builder.Default().EnableAlgorithms().Optimize(OptimizationLevel.O2));

    public static Accelerator CreateAccelerator(Context context, bool preferProcessor)
        => context.GetPreferredDevice(preferProcessor).CreateAccelerator(context);
}
