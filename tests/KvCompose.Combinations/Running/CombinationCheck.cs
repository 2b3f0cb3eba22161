using KvCompose.Combinations.Catalogue;
using KvCompose.Combinations.Compiling;
using KvCompose.IntegrationTests.Oracle;

namespace KvCompose.Combinations.Running;

/// <summary>Compiles combinations, many to a compilation, and runs each beside its plain composition.</summary>
internal static class CombinationCheck
{
    private const int PipelinesOfACompilation = 40;

    /// <summary>Every combination that fails, with why, in their order; some compile while others run.</summary>
    public static IEnumerable<(Combination Combination, string Problem)> Failures(IReadOnlyList<Combination> combinations, int headDim = SmallModel.HeadDim)
        => combinations.Chunk(PipelinesOfACompilation).AsParallel().AsOrdered().SelectMany(some => FailuresOfACompilation(some, headDim));

    private static List<(Combination Combination, string Problem)> FailuresOfACompilation(Combination[] combinations, int headDim)
    {
        using TestModel model = SmallModel.Create(headDim);
        using CompiledPipelines compiled = CompiledPipelines.Of(combinations);
        var failures = new List<(Combination, string)>();
        foreach (Combination combination in combinations)
        {
            if (Problem(compiled[combination], combination, model) is { } problem)
            {
                failures.Add((combination, problem));
            }
        }

        return failures;
    }

    private static string? Problem(Type pipeline, Combination combination, TestModel model)
    {
        try
        {
            return CombinationRun.Compare(pipeline, combination, model);
        }
        catch (Exception thrown)
        {
            return thrown.ToString();
        }
    }
}
