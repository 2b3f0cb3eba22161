using System.Text.Json;
using KvCompose.Conformance.Reading;

namespace KvCompose.Conformance.Running;

/// <summary>Runs the cases of a file one by one: every case is run, the first one that fails is reported.</summary>
internal static class CaseLoop
{
    private const int MostNames = 5;

    public static VectorResult Run(IEnumerable<JsonElement> cases, Action<JsonElement> check)
    {
        int count = 0, failed = 0;
        string first = "";
        var names = new List<string>();
        foreach (JsonElement @case in cases)
        {
            count++;
            try
            {
                check(@case);
            }
            catch (Exception failure)
            {
                names.Add(Name(@case, count - 1));
                if (failed++ == 0)
                {
                    first = $"{names[0]}: {Describe(failure)}";
                }
            }
        }

        if (count == 0)
        {
            return VectorResult.Failed(0, "the file holds no case");
        }

        return failed == 0 ? VectorResult.Passed(count) : VectorResult.Failed(count, $"{failed} of {count} cases; first {first}{Others(names)}");
    }

    private static string Others(List<string> names)
        => names.Count < 2 ? "" : $"; then {string.Join(", ", names.Skip(1).Take(MostNames))}{(names.Count > MostNames + 1 ? ", …" : "")}";

    private static string Name(JsonElement @case, int index)
        => @case.OptionalText("id") ?? @case.OptionalText("open") ?? $"case {index}";

    private static string Describe(Exception failure) =>
        failure is VectorMismatchException or VectorFormatException ? failure.Message : $"{failure.GetType().Name}: {failure.Message}";
}
