using System.IO.Compression;
using System.Reflection.Metadata;
using System.Text;
using System.Xml.Linq;

namespace KvCompose.Package.Tests;

/// <summary>What lies in the packages.</summary>
[Collection(nameof(PackageCollection))]
public sealed class PackageContentTests(Consumers consumers)
{
    private static readonly Guid SourceLink = new("CC110556-A091-4D38-9FEC-25AB9A351A6A");

    private readonly PackedFeed _feed = consumers.Feed;

    private static readonly string[] Names =
    [
        "KvCompose", "KvCompose.Models", "KvCompose.Ilgpu", "KvCompose.Evaluation", "KvCompose.Serving", "KvCompose.Extensions.AI", "KvCompose.AspNetCore",
        "KvCompose.Templates", "KvCompose.Tool",
    ];

    public static TheoryData<string> Libraries => [.. Names[..7]];

    public static TheoryData<string> All => [.. Names];

    [Fact]
    public void Feed_HoldsThePackagesAndNoOthers()
        => Assert.Equal(
            Names.Select(name => $"{name}.{_feed.Version}.nupkg").Order(StringComparer.Ordinal),
            Directory.GetFiles(_feed.Feed, "*.nupkg").Select(static file => Path.GetFileName(file)).Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(All))]
    public void Manifest_NamesReadmeLicenceAndRepository(string package)
    {
        using ZipArchive archive = ZipFile.OpenRead(_feed.FileOf(package));
        XElement metadata = Manifest(archive, package);
        Assert.Equal("README.md", Value(metadata, "readme"));
        Assert.NotNull(archive.GetEntry("README.md"));
        Assert.Equal("MIT", Value(metadata, "license"));
        Assert.False(string.IsNullOrWhiteSpace(Value(metadata, "description")));
        XElement repository = metadata.Elements().Single(static element => element.Name.LocalName == "repository");
        Assert.Equal("git", repository.Attribute("type")?.Value);
        Assert.StartsWith("https://github.com/kvcompose/kvcompose", repository.Attribute("url")?.Value, StringComparison.Ordinal);
        Assert.Matches("^[0-9a-f]{40}$", repository.Attribute("commit")?.Value);
    }

    [Theory]
    [MemberData(nameof(Libraries))]
    public void Dependencies_OfTheRelease_AreExactVersions(string package)
    {
        using ZipArchive archive = ZipFile.OpenRead(_feed.FileOf(package));
        XElement[] dependencies = [.. Manifest(archive, package).Descendants().Where(static element => element.Name.LocalName == "dependency")];
        Assert.NotEmpty(dependencies);
        Assert.All(
            dependencies,
            static dependency => Assert.Matches(
                IsShared(dependency.Attribute("id")!.Value) ? @"^[0-9][^,]*$" : @"^\[[^,]+\]$", dependency.Attribute("version")?.Value));

        // What applications have of their own, in a version that they choose.
        static bool IsShared(string id) => id == "System.Numerics.Tensors" || id.StartsWith("Microsoft.Extensions.", StringComparison.Ordinal)
            || id.StartsWith("OpenTelemetry.", StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("KvCompose.Models")]
    [InlineData("KvCompose.Ilgpu")]
    [InlineData("KvCompose.Evaluation")]
    [InlineData("KvCompose.Serving")]
    public void Dependency_OnTheLibrary_BringsTheCompilersPartsAlong(string package)
    {
        using ZipArchive archive = ZipFile.OpenRead(_feed.FileOf(package));
        XElement library = Manifest(archive, package).Descendants()
            .Single(static element => element.Name.LocalName == "dependency" && element.Attribute("id")?.Value == "KvCompose");
        Assert.Null(library.Attribute("exclude"));
    }

    [Fact]
    public void Library_HoldsGeneratorAnalyzersFixesAndProperties()
    {
        using ZipArchive archive = ZipFile.OpenRead(_feed.FileOf("KvCompose"));
        Assert.All(
            (string[])
            [
                "lib/net10.0/KvCompose.dll", "lib/net10.0/KvCompose.xml", "analyzers/dotnet/cs/KvCompose.Generators.dll", "analyzers/dotnet/cs/KvCompose.Analyzers.dll",
                "analyzers/dotnet/cs/KvCompose.CodeFixes.dll", "buildTransitive/KvCompose.props",
            ],
            file => Assert.True(archive.GetEntry(file) is not null, file));
        Assert.DoesNotContain(archive.Entries, static entry => entry.Name.StartsWith("Microsoft.", StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Libraries))]
    public void Symbols_LinkToThePublishedSources(string package)
    {
        using ZipArchive archive = ZipFile.OpenRead(_feed.FileOf(package, ".snupkg"));
        using var image = new MemoryStream();
        using (Stream entry = archive.GetEntry($"lib/net10.0/{package}.pdb")!.Open())
        {
            entry.CopyTo(image);
        }

        image.Position = 0;
        using MetadataReaderProvider provider = MetadataReaderProvider.FromPortablePdbStream(image);
        MetadataReader reader = provider.GetMetadataReader();
        string[] links = [.. reader.CustomDebugInformation.Select(reader.GetCustomDebugInformation)
            .Where(information => reader.GetGuid(information.Kind) == SourceLink)
            .Select(information => Encoding.UTF8.GetString(reader.GetBlobBytes(information.Value)))];
        Assert.Contains("/kvcompose/kvcompose/", Assert.Single(links), StringComparison.Ordinal);
    }

    private static XElement Manifest(ZipArchive archive, string package)
    {
        using Stream stream = archive.GetEntry(package + ".nuspec")!.Open();
        return XDocument.Load(stream).Root!.Elements().Single(static element => element.Name.LocalName == "metadata");
    }

    private static string? Value(XElement metadata, string name) => metadata.Elements().SingleOrDefault(element => element.Name.LocalName == name)?.Value;
}
