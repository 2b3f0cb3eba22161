namespace KvCompose.Generators.Planning;

/// <summary>What a compilation can do with kernels.</summary>
internal enum KernelTarget
{
    /// <summary>Nothing names ILGPU: no kernels are emitted.</summary>
    None,

    /// <summary>The ILGPU package: kernels in its dialect.</summary>
    Ilgpu,

    /// <summary>The simulator: kernels in ILGPU's dialect, each with a twin that the simulator steps.</summary>
    Simulator,
}
