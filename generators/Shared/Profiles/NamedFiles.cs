using System.Collections.Immutable;
using Microsoft.CodeAnalysis;

namespace KvCompose.Shared.Profiles;

/// <summary>Finds the additional files that declarations name by the end of their path, whole folders at a time.</summary>
internal static class NamedFiles
{
    /// <summary>The file, or null and why there is not exactly one.</summary>
    public static AdditionalText? Find(ImmutableArray<AdditionalText> files, string name, out string problem)
    {
        AdditionalText[] named = [.. files.Where(file => IsNamed(file.Path, name))];
        problem = named.Length == 0 ? "not among the project's additional files" : "the name of several additional files";
        return named.Length == 1 ? named[0] : null;
    }

    /// <summary>Whether a path ends with a name, both with either kind of separator.</summary>
    private static bool IsNamed(string path, string name)
    {
        (path, name) = (path.Replace('\\', '/'), name.Replace('\\', '/'));
        return path == name || path.EndsWith("/" + name, StringComparison.Ordinal);
    }
}
