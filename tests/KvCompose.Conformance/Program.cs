using KvCompose.Conformance.Running;

if (args.Length != 1)
{
    Console.Error.WriteLine("usage: dotnet run -c Release --project tests/KvCompose.Conformance -- FOLDER");
    return 2;
}

if (!Directory.Exists(args[0]))
{
    Console.Error.WriteLine($"there is no folder '{args[0]}'");
    return 2;
}

int passed = 0, failed = 0, skipped = 0;
foreach (string path in VectorRunner.FilesUnder(args[0]))
{
    VectorResult result = VectorRunner.Run(path);
    string name = Path.GetRelativePath(args[0], path);
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

Console.WriteLine($"{passed} passed, {failed} failed, {skipped} skipped");
return failed > 0 ? 1 : 0;
