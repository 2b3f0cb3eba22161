using KvCompose.Conformance.Running;

namespace KvCompose.Models.Tests.Files;

/// <summary>Every vector file of this repository that concerns models.</summary>
public sealed class VectorTests
{
    public static TheoryData<string> Gguf() => [.. Under("gguf")];

    [Theory]
    [MemberData(nameof(Gguf))]
    public void Gguf_EveryFile_GivesWhatItExpects(string file) => Passes("gguf", file);

    /// <summary>The folders hold configurations beside the cases.</summary>
    public static TheoryData<string> Families()
        => [.. Under("families").Where(static file => !Path.GetFileName(file).Contains("config", StringComparison.Ordinal) && !file.EndsWith(".index.json", StringComparison.Ordinal))];

    [Theory]
    [MemberData(nameof(Families))]
    public void Families_EveryCase_GivesItsLogits(string file) => Passes("families", file);

    private static void Passes(string family, string file)
    {
        VectorResult result = VectorRunner.Run(Path.Combine(Folder(family), file));

        Assert.True(result.Status == VectorStatus.Passed, $"{result.Status}: {result.Detail}");
    }

    private static IEnumerable<string> Under(string family)
        => VectorRunner.FilesUnder(Folder(family)).Select(path => Path.GetRelativePath(Folder(family), path));

    private static string Folder(string family)
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "KvCompose.sln")))
        {
            folder = folder.Parent;
        }

        return Path.Combine(
            folder?.FullName ?? throw new DirectoryNotFoundException("no folder above the tests holds KvCompose.sln"),
            "tests", "vectors", family);
    }
}
