using System.Reflection;
using KvCompose.Simulation;

namespace KvCompose.Ilgpu.Tests.Simulation;

/// <summary>
/// The simulator offers the members of ILGPU that kernels and launches use, and no others: what is listed in
/// SimulatorSurface.txt. Emitted kernels compile against this surface and so use nothing else. A line may only be added there once the same member of ILGPU 1.5.3 has been looked up.
/// </summary>
public sealed class SurfaceTests
{
    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    [Fact]
    public void Simulator_PublicMembers_AreTheListedOnes()
    {
        using Stream stream = typeof(SurfaceTests).Assembly.GetManifestResourceStream("SimulatorSurface.txt")!;
        string[] listed = new StreamReader(stream).ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        string[] present = [.. typeof(SimulatedStep).Assembly.GetExportedTypes().SelectMany(Lines).Order(StringComparer.Ordinal)];
        Assert.Equal(listed, present);
    }

    private static IEnumerable<string> Lines(Type type)
        => type.GetMembers(Declared)
            .Where(member => member is not MethodInfo { IsSpecialName: true } method || method.Name.StartsWith("op_", StringComparison.Ordinal))
            .Where(member => member is not MethodInfo { Name: "Equals" or "GetHashCode" or "ToString" } && member.Name != "value__")
            .Where(member => member is not Type)
            .Select(member => $"{type.FullName}: {member}");
}
