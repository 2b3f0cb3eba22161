using System.Reflection;
using Microsoft.CodeAnalysis;

namespace KvCompose.Roslyn.Testing;

/// <summary>Metadata references of compiled test sources, each read from disk once.</summary>
public static class TestReferences
{
    private static readonly Lazy<IReadOnlyList<MetadataReference>> FrameworkAndKvCompose = new(Load);

    /// <summary>The running framework and the KvCompose runtime assembly.</summary>
    public static IReadOnlyList<MetadataReference> Default => FrameworkAndKvCompose.Value;

    /// <summary>The reference to one more assembly.</summary>
    public static MetadataReference Of(Assembly assembly) => MetadataReference.CreateFromFile(assembly.Location);

    /// <summary>The reference to an assembly that sources name by an extern alias.</summary>
    public static MetadataReference Of(Assembly assembly, string alias)
        => MetadataReference.CreateFromFile(assembly.Location, new MetadataReferenceProperties(aliases: [alias]));

    private static List<MetadataReference> Load()
    {
        // A test host's list also holds its own packages; test sources must not see those.
        var framework = Path.GetDirectoryName(typeof(object).Assembly.Location);
        var trusted = (string?)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES") ?? "";
        var references = trusted.Split(Path.PathSeparator)
            .Where(path => Path.GetDirectoryName(path) == framework)
            .Select(MetadataReference (path) => MetadataReference.CreateFromFile(path))
            .ToList();
        references.Add(Of(Assembly.Load("KvCompose")));
        return references;
    }
}
