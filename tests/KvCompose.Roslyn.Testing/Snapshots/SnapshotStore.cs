using System.Text;

namespace KvCompose.Roslyn.Testing;

/// <summary>
/// The verified files of one test in one folder, named as Verify names them: <c>Class.Method.verified.txt</c>, or with a
/// hint for each of several files <c>Class.Method#Hint.verified.cs</c>.
/// </summary>
/// <param name="Folder">Where the files lie.</param>
/// <param name="Accept">Take what is received as right, instead of comparing.</param>
public sealed record SnapshotStore(string Folder, bool Accept)
{
    private const string Verified = ".verified.";
    private const string Received = ".received.";

    // Without a byte order mark, so that files written by Verify and by other editors compare equal.
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    /// <summary>Compares all texts of a test with its verified files; a verified file without a text is a failure too.</summary>
    /// <param name="test"><c>Class.Method</c>.</param>
    /// <param name="texts">Texts by file name without test: <c>#Hint.cs</c>, or <c>.txt</c> for the only text of a test.</param>
    /// <exception cref="RoslynAssertException">Something differs; what was received is written beside the verified file.</exception>
    public void Match(string test, IReadOnlyDictionary<string, string> texts)
    {
        Directory.CreateDirectory(Folder);
        var failures = new List<string>();
        var expected = new HashSet<string>();
        foreach (var (name, text) in texts)
        {
            var verified = FileFor(test, name, Verified);
            expected.Add(verified);
            if (Compare(verified, FileFor(test, name, Received), SnapshotText.Scrub(text)) is { } failure)
                failures.Add(failure);
        }
        foreach (var file in FilesOf(test).Where(file => !expected.Contains(file)))
            if (Accept)
                File.Delete(file);
            else
                failures.Add($"{Path.GetFileName(file)} is verified, but the test no longer gives it.");
        if (failures.Count > 0)
            throw new RoslynAssertException(string.Join('\n', failures)
                + $"\nIf what was received is right, run again with {Snapshot.AcceptVariable}=1.");
    }

    /// <summary>The tests, as <c>Class.Method</c>, that verified files in the folder are named after.</summary>
    public IEnumerable<string> Tests()
        => Directory.Exists(Folder)
            ? Directory.EnumerateFiles(Folder, $"*{Verified}*").Select(TestOf).Distinct()
            : [];

    private static string TestOf(string file)
    {
        var name = Path.GetFileName(file);
        var hint = name.IndexOf('#');
        return name[..(hint >= 0 ? hint : name.IndexOf(Verified, StringComparison.Ordinal))];
    }

    private IEnumerable<string> FilesOf(string test)
        => Directory.EnumerateFiles(Folder, $"*{Verified}*").Where(file => TestOf(file) == test);

    private string FileFor(string test, string name, string state)
    {
        var extension = Path.GetExtension(name);
        return Path.Combine(Folder, test + name[..^extension.Length] + state + extension[1..]);
    }

    private string? Compare(string verified, string received, string text)
    {
        var known = File.Exists(verified) ? File.ReadAllText(verified, Utf8).ReplaceLineEndings("\n") : null;
        if (known == text)
        {
            File.Delete(received);
            return null;
        }
        File.WriteAllText(Accept ? verified : received, text, Utf8);
        if (Accept)
        {
            File.Delete(received);
            return null;
        }
        return known is null
            ? $"{Path.GetFileName(verified)} does not exist; see {Path.GetFileName(received)}."
            : $"{Path.GetFileName(verified)} differs:\n{LineDiff.Between(known, text)}";
    }
}
