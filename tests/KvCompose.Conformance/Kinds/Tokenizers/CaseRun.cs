using System.Text.Json;
using KvCompose.Conformance.Reading;
using KvCompose.Conformance.Running;

namespace KvCompose.Conformance.Kinds.Tokenizers;

/// <summary>Runs lists of cases and keeps the first failure.</summary>
internal sealed class CaseRun
{
    private int _cases;
    private int _failed;
    private string _first = "";

    /// <summary>What came of all cases so far.</summary>
    public VectorResult Result => _cases == 0 ? VectorResult.Failed(0, "the file holds no case")
        : _failed == 0 ? VectorResult.Passed(_cases) : VectorResult.Failed(_cases, $"{_failed} of {_cases} cases; first {_first}");

    /// <summary>Runs every case of a list that the object may have.</summary>
    public void Each(JsonElement root, string list, Action<JsonElement> check)
    {
        if (root.Optional(list) is not { } cases)
        {
            return;
        }

        int number = 0;
        foreach (JsonElement @case in cases.AsList(list))
        {
            One($"{list}[{number++}]", () => check(@case));
        }
    }

    /// <summary>Runs one case.</summary>
    public void One(string name, Action check)
    {
        _cases++;
        try
        {
            check();
        }
        catch (Exception failure)
        {
            if (_failed++ == 0)
            {
                _first = $"{name}: {(failure is VectorMismatchException or VectorFormatException ? failure.Message : failure.ToString())}";
            }
        }
    }
}
