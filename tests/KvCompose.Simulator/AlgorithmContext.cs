using ILGPU.Algorithms;

namespace ILGPU;

/// <summary>Makes the functions of <see cref="XMath"/> known to a context.</summary>
public static class AlgorithmContext
{
    /// <summary>Lets kernels of the context use <see cref="XMath"/>.</summary>
    public static Context.Builder EnableAlgorithms(this Context.Builder builder) => builder;
}
