namespace KvCompose.Generators.Planning;

/// <summary>What a compilation can do with kernels.</summary>
internal enum KernelTarget
{
    /// <summary>The bridge to devices is not referenced: no kernels are emitted.</summary>
    None,

    /// <summary>Kernels for ILGPU.</summary>
    Ilgpu,

    /// <summary>Kernels for ILGPU, and once more for the simulator of KvCompose's own tests.</summary>
    IlgpuAndSimulator,
}
