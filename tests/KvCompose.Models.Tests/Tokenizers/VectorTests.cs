using KvCompose.Conformance.Running;

namespace KvCompose.Models.Tests.Tokenizers;

/// <summary>The committed part of the tokenizer vectors; the conformance program runs all of them from any folder.</summary>
public sealed class VectorTests
{
    internal static string Folder { get; } = FindFolder();

    public static TheoryData<string> Files
        => [.. VectorRunner.FilesUnder(Folder).Where(path => VectorFile.Load(path).Kind is not (null or "tokenizers.texts")).Select(path => Path.GetRelativePath(Folder, path))];

    [Theory]
    [MemberData(nameof(Files))]
    public void Tokenizer_VectorFile_Agrees(string file)
    {
        VectorResult result = VectorRunner.Run(Path.Combine(Folder, file));
        Assert.True(result.Status == VectorStatus.Passed, result.Detail);
    }

    private static string FindFolder()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            string path = Path.Combine(folder.FullName, "tests", "vectors", "tokenizers");
            if (Directory.Exists(path))
            {
                return path;
            }
        }

        throw new DirectoryNotFoundException("tests/vectors/tokenizers is not above the tests");
    }
}
