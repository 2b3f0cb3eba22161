using KvCompose.Combinations.Catalogue;
using KvCompose.Combinations.Compiling;
using KvCompose.Ilgpu;
using KvCompose.IntegrationTests.Oracle;

namespace KvCompose.Combinations.Devices;

/// <summary>Compiles combinations with their kernels, many to a compilation, and runs those that have any.</summary>
internal static class DeviceCheck
{
    private const int PipelinesOfACompilation = 40;

    /// <summary>Every combination with kernels, and what differs of it or null.</summary>
    public static IEnumerable<(Combination Combination, string? Problem)> Run(IReadOnlyList<Combination> combinations)
        => combinations.Chunk(PipelinesOfACompilation).AsParallel().AsOrdered().SelectMany(RunCompilation);

    private static List<(Combination Combination, string? Problem)> RunCompilation(Combination[] combinations)
    {
        using TestModel model = SmallModel.Create();
        using DeviceContext device = DeviceContext.Open();
        using CompiledPipelines compiled = CompiledPipelines.Of(combinations, Declarations.ProjectWithKernels);
        var run = new List<(Combination, string?)>();
        foreach (Combination combination in combinations)
        {
            if (DeviceRun.KernelsOf(compiled[combination]) is not null)
            {
                run.Add((combination, Problem(compiled[combination], combination, model, device)));
            }
        }

        return run;
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
