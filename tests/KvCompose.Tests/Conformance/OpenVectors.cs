using KvCompose.Conformance.Running;

namespace KvCompose.Tests.Conformance;

/// <summary>The vector files of this repository, tests/vectors/FAMILY/*.json.</summary>
internal static class OpenVectors
{
    /// <summary>File names of a family, as rows of a theory.</summary>
    public static TheoryData<string> Of(string family) => [.. Names(family)];

    /// <summary>File names of a family.</summary>
    public static IEnumerable<string> Names(string family)
        => Directory.GetFiles(Folder(family), "*.json").Select(path => System.IO.Path.GetFileName(path)).Order(StringComparer.Ordinal);

    /// <summary>Files of a family in all its folders that the runner takes for cases, as rows of a theory.</summary>
    public static TheoryData<string> AllOf(string family)
        => [.. VectorRunner.FilesUnder(Folder(family)).Select(path => System.IO.Path.GetRelativePath(Folder(family), path))];

    /// <summary>Where a file of a family is.</summary>
    public static string Path(string family, string file) => System.IO.Path.Combine(Folder(family), file);

    private static string Folder(string family)
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(System.IO.Path.Combine(folder.FullName, "KvCompose.sln")))
            {
                return System.IO.Path.Combine(folder.FullName, "tests", "vectors", family);
            }
        }

        throw new DirectoryNotFoundException("no folder above the tests holds KvCompose.sln");
    }
}
