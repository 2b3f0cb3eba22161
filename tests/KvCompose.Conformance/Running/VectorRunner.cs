using System.Text.Json;

namespace KvCompose.Conformance.Running;

/// <summary>Runs vector files: every kind that recognises a file runs its cases of it.</summary>
public static class VectorRunner
{
    /// <summary>All *.json files below the folder, in a stable order.</summary>
    public static IReadOnlyList<string> FilesUnder(string folder)
    {
        string[] files = Directory.GetFiles(folder, "*.json", SearchOption.AllDirectories);
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
        bool known = false;
        foreach (IVectorKind kind in VectorKinds.All)
        {
            if (!kind.Handles(file))
            {
                continue;
            }

            known = true;
            VectorResult result = kind.Run(file);
            cases += result.Cases;
            if (result.Status == VectorStatus.Failed)
            {
                failures.Add($"{kind.Name}: {result.Detail}");
            }
        }

        if (!known)
        {
            return VectorResult.Skipped("unknown kind");
        }

        return failures.Count == 0 ? VectorResult.Passed(cases) : VectorResult.Failed(cases, string.Join("; ", failures));
    }
}
