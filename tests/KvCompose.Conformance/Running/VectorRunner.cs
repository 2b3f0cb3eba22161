using System.Text.Json;

namespace KvCompose.Conformance.Running;

/// <summary>Runs vector files: every kind that recognises a file runs its cases of it.</summary>
public static class VectorRunner
{
    /// <summary>Configurations of models that cases name: no cases of their own.</summary>
    private static readonly string[] ModelConfigurations = ["config.json", "config.published-spelling.json", "generation_config.json"];

    /// <summary>All *.json files below the folder that may be cases, in a stable order.</summary>
    public static IReadOnlyList<string> FilesUnder(string folder)
    {
        string[] files = [.. Directory.GetFiles(folder, "*.json", SearchOption.AllDirectories)
            .Where(path => !ModelConfigurations.Contains(Path.GetFileName(path)))];
        Array.Sort(files, StringComparer.Ordinal);
        return files;
    }

    /// <summary>Runs one file. A file that cannot be read is a failed one; nothing is thrown.</summary>
    public static VectorResult Run(string path)
    {
        try
        {
            return Run(VectorFile.Load(path));
        }
        catch (Exception failure) when (failure is JsonException or IOException or UnauthorizedAccessException)
        {
            return VectorResult.Failed(0, $"cannot be read: {failure.Message}");
        }
        catch (Exception failure)
        {
            return VectorResult.Failed(0, $"{failure.GetType().Name}: {failure.Message}");
        }
    }

    private static VectorResult Run(VectorFile file)
    {
        int cases = 0;
        var failures = new List<string>();
        var notes = new List<string>();
        var kinds = new List<(string, VectorStatus)>();
        foreach (IVectorKind kind in VectorKinds.All)
        {
            if (!kind.Handles(file))
            {
                continue;
            }

            VectorResult result = kind.Run(file);
            kinds.Add((file.Kind ?? kind.Name, result.Status));
            notes.AddRange(result.Notes);
            cases += result.Cases;
            if (result.Status == VectorStatus.Failed)
            {
                failures.Add($"{kind.Name}: {result.Detail}");
            }
        }

        if (kinds.Count == 0)
        {
            return VectorResult.Skipped("unknown kind");
        }

        VectorResult all = failures.Count == 0 ? VectorResult.Passed(cases) : VectorResult.Failed(cases, string.Join("; ", failures));
        return all with { Kinds = kinds, Notes = notes };
    }
}
