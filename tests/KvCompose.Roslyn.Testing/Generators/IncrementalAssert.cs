using Microsoft.CodeAnalysis;

namespace KvCompose.Roslyn.Testing;

/// <summary>Assertions on why the driver ran, or did not run, the steps of a generator.</summary>
public static class IncrementalAssert
{
    /// <summary>
    /// After an edit that does not concern the generator: every output is cached, and every named step gave either a
    /// cached value or, having looked again, an equal one.
    /// </summary>
    /// <exception cref="RoslynAssertException">Something was computed again, or a named step does not exist.</exception>
    public static void NothingRecomputed(GeneratorRunResult result, IEnumerable<string> stepNames)
    {
        foreach (var name in stepNames)
        {
            if (result.TrackedSteps.TryGetValue(name, out var steps))
                AssertReasons($"step '{name}'", steps, IncrementalStepRunReason.Cached, IncrementalStepRunReason.Unchanged);
            else if (!result.GeneratedSources.IsEmpty)
                throw new RoslynAssertException(
                    $"No step is called '{name}'; there are {string.Join(", ", result.TrackedSteps.Keys.Order(StringComparer.Ordinal))}.");
        }
        AssertReasons("output", result.TrackedOutputSteps.SelectMany(step => step.Value), IncrementalStepRunReason.Cached);
    }

    /// <summary>The run reasons of a named step's outputs, in order.</summary>
    /// <exception cref="RoslynAssertException">No step has the name.</exception>
    public static IReadOnlyList<IncrementalStepRunReason> Reasons(GeneratorRunResult result, string stepName)
        => result.TrackedSteps.TryGetValue(stepName, out var steps)
            ? ReasonsOf(steps)
            : throw new RoslynAssertException($"No step is called '{stepName}'.");

    /// <summary>The run reasons of everything registered as a source output, in order.</summary>
    public static IReadOnlyList<IncrementalStepRunReason> OutputReasons(GeneratorRunResult result)
        => ReasonsOf(result.TrackedOutputSteps.SelectMany(step => step.Value));

    private static IncrementalStepRunReason[] ReasonsOf(IEnumerable<IncrementalGeneratorRunStep> steps)
        => [.. steps.SelectMany(step => step.Outputs).Select(output => output.Reason)];

    private static void AssertReasons(
        string what, IEnumerable<IncrementalGeneratorRunStep> steps, params ReadOnlySpan<IncrementalStepRunReason> allowed)
    {
        foreach (var reason in ReasonsOf(steps))
            if (!allowed.Contains(reason))
                throw new RoslynAssertException($"An unrelated edit made {what} {reason}.");
    }
}
