using KvCompose.Roslyn.Testing;

namespace KvCompose.Generators.Tests.Harness;

public sealed class SnapshotStoreTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory();

    private SnapshotStore Comparing => new(_folder.FullName, Accept: false);

    private SnapshotStore Accepting => new(_folder.FullName, Accept: true);

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Match_NoVerifiedFile_FailsAndWritesReceived()
    {
        var thrown = AssertFails("Class.Method", ("#A.g.cs", "a\r\nb\r\n"));
        Assert.Contains("Class.Method#A.g.verified.cs does not exist", thrown.Message);
        Assert.Equal(["Class.Method#A.g.received.cs"], Files());
        Assert.Equal("a\nb\n"u8.ToArray(), File.ReadAllBytes(PathOf("Class.Method#A.g.received.cs")));
    }

    [Fact]
    public void Match_Accepting_WritesVerifiedWhichThenMatches()
    {
        AssertFails("Class.Method", ("#A.g.cs", "a"));
        Accepting.Match("Class.Method", Texts(("#A.g.cs", "a"), ("#B.g.cs", "b")));
        Assert.Equal(["Class.Method#A.g.verified.cs", "Class.Method#B.g.verified.cs"], Files());
        Comparing.Match("Class.Method", Texts(("#A.g.cs", "a"), ("#B.g.cs", "b")));
    }

    [Fact]
    public void Match_TextDiffers_FailsWithTheLineAndKeepsTheVerifiedFile()
    {
        Accepting.Match("Class.Method", Texts((".txt", "1\n2\n3")));
        var thrown = AssertFails("Class.Method", (".txt", "1\nx\n3"));
        Assert.Contains("     2 - 2\n", thrown.Message);
        Assert.Contains("     2 + x\n", thrown.Message);
        Assert.Contains(Snapshot.AcceptVariable, thrown.Message);
        Assert.Equal("1\n2\n3", File.ReadAllText(PathOf("Class.Method.verified.txt")));
        Assert.Equal("1\nx\n3", File.ReadAllText(PathOf("Class.Method.received.txt")));
    }

    [Fact]
    public void Match_MatchesAgain_RemovesReceived()
    {
        Accepting.Match("Class.Method", Texts((".txt", "1")));
        AssertFails("Class.Method", (".txt", "2"));
        Comparing.Match("Class.Method", Texts((".txt", "1")));
        Assert.Equal(["Class.Method.verified.txt"], Files());
    }

    [Fact]
    public void Match_OneFileFewer_FailsAndAcceptingRemovesIt()
    {
        Accepting.Match("Class.Method", Texts(("#A.cs", "a"), ("#B.cs", "b")));
        Accepting.Match("Class.MethodLonger", Texts(("#B.cs", "b")));
        var thrown = AssertFails("Class.Method", ("#A.cs", "a"));
        Assert.Contains("Class.Method#B.verified.cs is verified, but", thrown.Message);
        Accepting.Match("Class.Method", Texts(("#A.cs", "a")));
        Assert.Equal(["Class.Method#A.verified.cs", "Class.MethodLonger#B.verified.cs"], Files());
    }

    [Fact]
    public void Match_VerifiedWithWindowsLineEndsOrOtherVersion_Matches()
    {
        File.WriteAllText(PathOf("Class.Method.verified.txt"), "[GeneratedCode(\"G\", \"{version}\")]\r\nb");
        Comparing.Match("Class.Method", Texts((".txt", "[GeneratedCode(\"G\", \"9.8.7\")]\nb")));
    }

    [Fact]
    public void AssertNoneUnused_VerifiedFileOfALostTest_Fails()
    {
        var snapshots = _folder.CreateSubdirectory("deep/_snapshots");
        var store = new SnapshotStore(snapshots.FullName, Accept: true);
        store.Match($"{nameof(SnapshotStoreTests)}.{nameof(AssertNoneUnused_VerifiedFileOfALostTest_Fails)}", Texts(("#A.cs", "a")));
        Snapshot.AssertNoneUnused(typeof(SnapshotStoreTests).Assembly, _folder);
        store.Match($"{nameof(SnapshotStoreTests)}.NoSuchTest", Texts(("#A.cs", "a")));
        var thrown = Assert.Throws<RoslynAssertException>(
            () => Snapshot.AssertNoneUnused(typeof(SnapshotStoreTests).Assembly, _folder));
        Assert.Equal("Verified files without a test: SnapshotStoreTests.NoSuchTest", thrown.Message);
    }

    private RoslynAssertException AssertFails(string test, params (string, string)[] texts)
        => Assert.Throws<RoslynAssertException>(() => Comparing.Match(test, Texts(texts)));

    private static Dictionary<string, string> Texts(params (string Name, string Text)[] texts)
        => texts.ToDictionary(text => text.Name, text => text.Text);

    private string PathOf(string file) => Path.Combine(_folder.FullName, file);

    private string[] Files() => [.. _folder.EnumerateFiles().Select(file => file.Name).Order(StringComparer.Ordinal)];
}
