using KvCompose.Shared;

namespace KvCompose.Generators.Emit.Kernels;

/// <summary>
/// How emitted code names the simulator. Its assembly has the names of ILGPU and of the bridge, so test projects reference it
/// by an extern alias, and every such name is written in full.
/// </summary>
internal static class SimulatedNames
{
    /// <summary>The nested class with the kernels that the simulator runs.</summary>
    public const string Class = "SimulatedKernels";

    /// <summary>For extension methods alone: types are written in full.</summary>
    public const string Usings = """
        extern alias simulator;

        using global::System;
        using global::System.Collections.Generic;
        using simulator::ILGPU;
        using simulator::ILGPU.Runtime;
        using global::KvCompose;
        using global::KvCompose.Cache;

        """;

    /// <summary>Short names with what stands for them.</summary>
    public static readonly IReadOnlyDictionary<string, string> All = EmittedNames.All
        .Where(static name => name.Value.StartsWith("ILGPU.", StringComparison.Ordinal) || name.Value.StartsWith("KvCompose.Ilgpu.", StringComparison.Ordinal))
        .Concat(
        [
            new KeyValuePair<string, string>("Lane", "KvCompose.Simulation.Lane"),
            new KeyValuePair<string, string>("SimulatedStep", "KvCompose.Simulation.SimulatedStep"),
        ])
        .ToDictionary(static name => name.Key, static name => "simulator::" + name.Value, StringComparer.Ordinal);
}
