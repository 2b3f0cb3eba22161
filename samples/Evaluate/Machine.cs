using System.Globalization;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace KvCompose.Samples.Evaluate;

/// <summary>The machine as a report names it.</summary>
internal static class Machine
{
    private const string LinuxProcessors = "/proc/cpuinfo";

    /// <summary>Processor, cores and vector width.</summary>
    public static string Description => string.Create(
        CultureInfo.InvariantCulture, $"{Name()}, {Environment.ProcessorCount} cores, vectors of {VectorBits()} bits");

    private static int VectorBits()
        => Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated ? 256 : Vector128.IsHardwareAccelerated ? 128 : 64;

    private static string Name()
    {
        string? line = File.Exists(LinuxProcessors)
            ? File.ReadLines(LinuxProcessors).FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal)) : null;
        return line is null ? RuntimeInformation.ProcessArchitecture.ToString() : line[(line.IndexOf(':') + 1)..].Trim();
    }
}
