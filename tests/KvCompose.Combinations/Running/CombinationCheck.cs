using KvCompose.Combinations.Catalogue;
using KvCompose.Combinations.Compiling;
using KvCompose.IntegrationTests.Oracle;

namespace KvCompose.Combinations.Running;

/// <summary>Compiles combinations, many to a compilation, and runs each beside its plain composition.</summary>
internal static class CombinationCheck
{
    private const int PipelinesOfACompilation = 40;

    /// <summary>Every combination that fails, with why.</summary>
    public static IEnumerable<(Combination Combination, string Problem)> Failures(IReadOnlyList<Combination> combinations)
    {
        using TestModel model = SmallModel.Create();
        foreach (Combination[] some in combinations.Chunk(PipelinesOfACompilation))
        {
            using CompiledPipelines compiled = CompiledPipelines.Of(some);
            foreach (Combination combination in some)
            {
                if (Problem(compiled[combination], combination, model) is { } problem)
                {
                    yield return (combination, problem);
                }
            }
        }
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
