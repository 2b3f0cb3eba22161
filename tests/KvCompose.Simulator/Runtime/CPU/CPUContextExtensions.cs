namespace ILGPU.Runtime.CPU;

/// <summary>Names the processor as a device.</summary>
public static class CPUContextExtensions
{
    /// <summary>Lets the context use the processor.</summary>
    public static Context.Builder CPU(this Context.Builder builder) => builder;
}
