using System.Reflection;
using System.Runtime.CompilerServices;

namespace KvCompose.Roslyn.Testing;

/// <summary>
/// Snapshot tests with the file conventions of Verify: <c>_snapshots/Class.Method#Hint.verified.cs</c> beside the test's
/// file. A test has one call, and its class is named as its file.
/// </summary>
public static class Snapshot
{
    /// <summary>Set to 1, what is received becomes what is verified.</summary>
    public const string AcceptVariable = "KVCOMPOSE_ACCEPT_SNAPSHOTS";

    private const string FolderName = "_snapshots";
    private const string HintExtension = ".cs";

    /// <summary>Compares the generated files of a run, by hint name, with the verified ones of the calling test.</summary>
    /// <exception cref="RoslynAssertException">A file differs, is new, or is gone.</exception>
    public static void Match(
        IReadOnlyDictionary<string, string> sourcesByHint, [CallerFilePath] string testFile = "", [CallerMemberName] string test = "")
        => StoreBeside(testFile).Match(
            TestName(testFile, test),
            sourcesByHint.ToDictionary(source => "#" + Path.ChangeExtension(source.Key, HintExtension), source => source.Value));

    /// <summary>Compares one text with the verified one of the calling test.</summary>
    /// <exception cref="RoslynAssertException">The text differs or is new.</exception>
    public static void Match(string text, [CallerFilePath] string testFile = "", [CallerMemberName] string test = "")
        => StoreBeside(testFile).Match(TestName(testFile, test), new Dictionary<string, string> { [".txt"] = text });

    /// <summary>Asserts that every verified file below the calling test's folder belongs to a test that exists.</summary>
    /// <exception cref="RoslynAssertException">A verified file has lost its test.</exception>
    public static void AssertNoneUnused(Assembly tests, [CallerFilePath] string testFile = "")
        => AssertNoneUnused(tests, new DirectoryInfo(Path.GetDirectoryName(testFile)!));

    /// <inheritdoc cref="AssertNoneUnused(Assembly, string)"/>
    public static void AssertNoneUnused(Assembly tests, DirectoryInfo root)
    {
        var known = tests.GetTypes()
            .SelectMany(type => type.GetMethods(BindingFlags.Instance | BindingFlags.Public).Select(method => $"{type.Name}.{method.Name}"))
            .ToHashSet();
        var lost = root.EnumerateDirectories(FolderName, SearchOption.AllDirectories)
            .SelectMany(folder => new SnapshotStore(folder.FullName, Accept: false).Tests())
            .Where(test => !known.Contains(test))
            .ToList();
        if (lost.Count > 0)
            throw new RoslynAssertException("Verified files without a test: " + string.Join(", ", lost));
    }

    private static SnapshotStore StoreBeside(string testFile) => new(
        Path.Combine(Path.GetDirectoryName(testFile)!, FolderName),
        Environment.GetEnvironmentVariable(AcceptVariable) == "1");

    private static string TestName(string testFile, string test) => Path.GetFileNameWithoutExtension(testFile) + "." + test;
}
