namespace KvCompose.Evaluation.Tests.Reports;

public sealed class AtomicFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    private string Target => Path.Combine(_folder, "report.json");

    [Fact]
    public void Commit_AfterWriting_ReplacesWhatWasThere()
    {
        File.WriteAllText(Target, "old and longer");
        using (AtomicFile file = AtomicFile.Create(Target))
        {
            file.Stream.Write("new"u8);
            Assert.Equal("old and longer", File.ReadAllText(Target));
            file.Commit();
        }

        Assert.Equal("new", File.ReadAllText(Target));
        Assert.Equal([Target], Directory.GetFiles(_folder));
    }

    [Fact]
    public void Dispose_WithoutCommit_LeavesTheFolderAsItWas()
    {
        using (AtomicFile file = AtomicFile.Create(Target))
        {
            file.Stream.Write("half"u8);
        }

        Assert.Empty(Directory.GetFiles(_folder));
    }

    [Theory]
    [InlineData("missing/report.json")]
    [InlineData("")]
    public void Create_ImpossiblePlace_NamesIt(string place)
    {
        string path = Path.Combine(_folder, place);
        Assert.Contains($"'{path}'", Assert.Throws<IOException>(() => AtomicFile.Create(path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Create_Device_IsRefused()
        => Assert.Contains("'/dev/null'", Assert.Throws<IOException>(() => AtomicFile.Create("/dev/null")).Message, StringComparison.Ordinal);

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
