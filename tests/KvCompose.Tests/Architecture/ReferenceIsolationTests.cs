using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Text.RegularExpressions;

namespace KvCompose.Tests.Architecture;

/// <summary>The plain references stand apart: no product code uses them, and they use only data types of the product.</summary>
public partial class ReferenceIsolationTests
{
    private const string Name = "KvCompose.Reference";

    /// <summary>Enums, records and attributes that say what to compute. None of them computes anything that a reference checks.</summary>
    private static readonly HashSet<string> DataTypes =
    [
        nameof(CakeLedgerMode), nameof(PoolingOrder), nameof(GroupReduction), nameof(HeadClass), nameof(HeadProfile), nameof(PivotGroup),
        nameof(PoolingKind), nameof(PublishedDefects), nameof(RetrievalVisibility), nameof(HostPageFormat),
    ];

    private static string Sources
        => typeof(ReferenceIsolationTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(static entry => entry.Key == "Sources").Value!;

    [Fact]
    public void Projects_OfTheProduct_DoNotReferToTheReferences()
    {
        string[] projects = [.. Directory.EnumerateFiles(Sources, "*.csproj", SearchOption.AllDirectories).Where(static file => Path.GetFileNameWithoutExtension(file) != Name)];
        Assert.NotEmpty(projects);
        Assert.All(projects, static file => Assert.DoesNotContain(Name, File.ReadAllText(file)));
    }

    [Fact]
    public void Code_OfTheProduct_NamesNoReference()
    {
        string own = Path.Combine(Sources, Name) + Path.DirectorySeparatorChar;
        string[] files = [.. Directory.EnumerateFiles(Sources, "*.cs", SearchOption.AllDirectories).Where(file => !file.StartsWith(own, StringComparison.Ordinal))];
        Assert.Contains(files, static file => Path.GetFileName(file) == "KvSession.cs");
        Assert.All(files, static file => Assert.All(
            File.ReadLines(file), line => Assert.False(Use().IsMatch(line), $"{file} uses {Name}: {line.Trim()}")));
    }

    [Fact]
    public void Assembly_OfTheProduct_DoesNotReferToTheReferences()
        => Assert.DoesNotContain(typeof(KvSession).Assembly.GetReferencedAssemblies(), static assembly => assembly.Name == Name);

    [Fact]
    public void References_OfTheProduct_UseItsDataTypesOnly()
    {
        using FileStream file = File.OpenRead(typeof(KvCompose.Reference.Ranking).Assembly.Location);
        using var image = new PEReader(file);
        MetadataReader metadata = image.GetMetadataReader();
        string[] used =
        [
            .. metadata.TypeReferences.Select(metadata.GetTypeReference)
                .Where(type => type.ResolutionScope.Kind == HandleKind.AssemblyReference
                    && metadata.GetString(metadata.GetAssemblyReference((AssemblyReferenceHandle)type.ResolutionScope).Name) == "KvCompose")
                .Select(type => metadata.GetString(type.Name)),
        ];
        Assert.NotEmpty(used);
        Assert.Empty(used.Except(DataTypes));
    }

    [GeneratedRegex(@"^(?!\s*///?).*\bKvCompose\.Reference\b|^(?!\s*///?).*(?<![.\w])Reference\.[A-Z]\w+")]
    private static partial Regex Use();
}
