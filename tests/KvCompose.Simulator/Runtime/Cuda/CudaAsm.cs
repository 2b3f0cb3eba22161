namespace ILGPU.Runtime.Cuda;

/// <summary>Inline PTX.</summary>
public static class CudaAsm
{
    /// <summary>Whether the kernel runs on a CUDA device; never in the simulator.</summary>
    public static bool IsSupported => false;
}
