using KvCompose.Conformance.Running;

const string Variable = "KVCOMPOSE_VECTORS";

string? folder = args.Length switch
{
    0 => Environment.GetEnvironmentVariable(Variable),
    1 => args[0],
    _ => null,
};
if (string.IsNullOrEmpty(folder))
{
    Console.Error.WriteLine($"usage: dotnet run -c Release --project tests/KvCompose.Conformance -- FOLDER (or the variable {Variable})");
    return 2;
}

if (!Directory.Exists(folder))
{
    Console.Error.WriteLine($"there is no folder '{folder}'");
    return 2;
}

int passed = 0, failed = 0, skipped = 0;
var kinds = new SortedDictionary<string, (int Passed, int Failed)>(StringComparer.Ordinal);
foreach (string path in VectorRunner.FilesUnder(folder))
{
    VectorResult result = VectorRunner.Run(path);
    foreach ((string kind, VectorStatus status) in result.Kinds)
    {
        (int good, int bad) = kinds.GetValueOrDefault(kind);
        kinds[kind] = status == VectorStatus.Passed ? (good + 1, bad) : (good, bad + 1);
    }

    string name = Path.GetRelativePath(folder, path);
    switch (result.Status)
    {
        case VectorStatus.Passed:
            passed++;
            Console.WriteLine($"passed   {name} ({result.Cases} cases)");
            break;
        case VectorStatus.Failed:
            failed++;
            Console.WriteLine($"FAILED   {name}: {result.Detail}");
            break;
        default:
            skipped++;
            Console.WriteLine($"skipped  {name}: {result.Detail}");
            break;
    }

    foreach (string note in result.Notes)
    {
        Console.WriteLine($"         {note}");
    }
}

foreach ((string kind, (int good, int bad)) in kinds)
{
    Console.WriteLine($"{kind}: {good} passed, {bad} failed");
}

Console.WriteLine($"{passed} passed, {failed} failed, {skipped} skipped");
return failed > 0 ? 1 : 0;
