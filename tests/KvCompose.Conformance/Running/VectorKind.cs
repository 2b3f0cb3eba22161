using System.Text.Json;
using KvCompose.Conformance.Reading;

namespace KvCompose.Conformance.Running;

/// <summary>A kind that checks case by case: every case is run, the first one that fails is reported.</summary>
public abstract class VectorKind : IVectorKind
{
    /// <inheritdoc/>
    public abstract string Name { get; }

    /// <inheritdoc/>
    public abstract bool Handles(VectorFile file);

    /// <summary>The cases of this kind in the file; without an override all of <see cref="VectorFile.Cases"/>.</summary>
    protected virtual IEnumerable<JsonElement> CasesIn(VectorFile file) => file.Cases;

    /// <summary>Runs one case. Whatever it throws is the case's failure.</summary>
    protected abstract void Check(JsonElement @case);

    /// <inheritdoc/>
    public VectorResult Run(VectorFile file)
    {
        int cases = 0, failed = 0;
        string first = "";
        foreach (JsonElement @case in CasesIn(file))
        {
            cases++;
            try
            {
                Check(@case);
            }
            catch (Exception failure)
            {
                if (failed++ == 0)
                {
                    first = $"{@case.OptionalText("id") ?? $"case {cases - 1}"}: {Describe(failure)}";
                }
            }
        }

        if (cases == 0)
        {
            return VectorResult.Failed(0, "the file holds no case");
        }

        return failed == 0 ? VectorResult.Passed(cases) : VectorResult.Failed(cases, $"{failed} of {cases} cases; first {first}");
    }

    private static string Describe(Exception failure) =>
        failure is VectorMismatchException or VectorFormatException ? failure.Message : $"{failure.GetType().Name}: {failure.Message}";
}
