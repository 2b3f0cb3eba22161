namespace KvCompose.Tests.Architecture;

/// <summary>The source tree that the tests were built from.</summary>
internal static class Repository
{
    /// <summary>The folder of KvCompose.sln.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>Source files below a folder, build output left out.</summary>
    public static IEnumerable<string> Files(string folder, string pattern)
    {
        string separator = Path.DirectorySeparatorChar.ToString();
        return Directory.EnumerateFiles(Path.Combine(Root, folder), pattern, SearchOption.AllDirectories)
            .Where(file => !file.Contains(separator + "obj" + separator) && !file.Contains(separator + "bin" + separator));
    }

    private static string FindRoot()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "KvCompose.sln")))
            {
                return folder.FullName;
            }
        }

        throw new DirectoryNotFoundException("no folder above the tests holds KvCompose.sln");
    }
}
