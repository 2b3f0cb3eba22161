extern alias simulator;

using System.Collections.Concurrent;
using System.Reflection;
using KvCompose.Combinations.Catalogue;
using KvCompose.Combinations.Compiling;
using simulator::KvCompose.Ilgpu;
using KvCompose.DeviceTests.Package;
using KvCompose.IntegrationTests.Oracle;

namespace KvCompose.Combinations.Devices;

/// <summary>Compiles combinations with their kernels, many to a compilation, to PTX too, and runs those that have any on the simulator.</summary>
internal static class DeviceCheck
{
    private const int PipelinesOfACompilation = 40;

    private static readonly ConcurrentDictionary<string, bool> Known = new(StringComparer.Ordinal);

    /// <summary>Every combination with kernels, and what differs of it or null.</summary>
    public static IEnumerable<(Combination Combination, string? Problem)> Run(IReadOnlyList<Combination> combinations)
        => combinations.Chunk(PipelinesOfACompilation).AsParallel().AsOrdered().SelectMany(RunCompilation);

    private static List<(Combination Combination, string? Problem)> RunCompilation(Combination[] combinations)
    {
        using TestModel model = SmallModel.Create();
        using var compiler = new PtxCompiler();
        using DeviceContext device = DeviceContext.Open();
        using CompiledPipelines compiled = CompiledPipelines.Of(combinations, Declarations.ProjectWithKernels);
        var run = new List<(Combination, string?)>();
        foreach (Combination combination in combinations)
        {
            if (CompileToPtx(compiled, combination, compiler) is { } refused)
            {
                run.Add((combination, refused));
            }

            if (DeviceRun.KernelsOf(compiled[combination]) is not null)
            {
                run.Add((combination, Problem(compiled[combination], combination, model, device)));
            }
        }

        return run;
    }

    /// <summary>Compiles every kernel that no other combination has; what ILGPU says if it refuses one.</summary>
    private static string? CompileToPtx(CompiledPipelines compiled, Combination combination, PtxCompiler compiler)
    {
        try
        {
            foreach (MethodInfo kernel in PtxCompiler.KernelsOf(compiled[combination]))
            {
                if (Known.TryAdd(compiled.TextOf(combination, kernel.Name), true))
                {
                    compiler.Compile(kernel);
                }
            }

            return null;
        }
        catch (InvalidOperationException exception)
        {
            return exception.Message;
        }
    }

    private static string? Problem(Type pipeline, Combination combination, TestModel model, DeviceContext device)
    {
        try
        {
            return DeviceRun.Compare(pipeline, combination, model, device);
        }
        catch (Exception thrown)
        {
            return thrown.ToString();
        }
    }
}
