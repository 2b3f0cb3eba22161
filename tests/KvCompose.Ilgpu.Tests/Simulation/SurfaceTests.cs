extern alias simulator;

using System.Reflection;
using simulator::KvCompose.Simulation;

namespace KvCompose.DeviceTests.Simulation;

/// <summary>
/// The simulator offers the members of ILGPU that kernels and launches use, and no others: what is listed in
/// SimulatorSurface.txt. Emitted kernels compile against this surface and so use nothing else. What has a name of ILGPU there is in the package too.
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
        Assert.Equal(listed, SimulatorLines().Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Simulator_MembersWithNamesOfIlgpu_AreThoseOfThePackage()
    {
        HashSet<string> package = [.. new[] { typeof(ILGPU.Context), typeof(ILGPU.Algorithms.XMath) }
            .SelectMany(type => type.Assembly.GetExportedTypes()).SelectMany(type => Lines(type, Declared & ~BindingFlags.DeclaredOnly | BindingFlags.FlattenHierarchy))];
        Assert.Empty(SimulatorLines().Where(line => line.StartsWith("ILGPU.", StringComparison.Ordinal)).Except(package));
    }

    private static IEnumerable<string> SimulatorLines()
        => typeof(SimulatedStep).Assembly.GetExportedTypes()
            .Where(type => type.Namespace != typeof(simulator::KvCompose.Ilgpu.DeviceContext).Namespace).SelectMany(type => Lines(type, Declared));

    private static IEnumerable<string> Lines(Type type, BindingFlags members)
        => (members.HasFlag(BindingFlags.DeclaredOnly) ? [] : type.GetInterfaces().SelectMany(inherited => inherited.GetMembers(members)))
            .Concat(type.GetMembers(members))
            .Where(member => member is not MethodInfo { IsSpecialName: true } method || method.Name.StartsWith("op_", StringComparison.Ordinal))
            .Where(member => member is not MethodInfo { Name: "Equals" or "GetHashCode" or "ToString" } && member.Name != "value__")
            .Where(member => member is not Type)
            .Select(member => $"{type.FullName}: {member}");
}
