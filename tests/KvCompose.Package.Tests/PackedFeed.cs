using KvCompose.Package.Tests.Running;

namespace KvCompose.Package.Tests;

/// <summary>
/// A folder feed with the packages of this clone, and an empty package folder for them: all tests share both. The variable
/// KVCOMPOSE_PACKAGES names a folder that was packed already.
/// </summary>
public sealed class PackedFeed : IAsyncLifetime
{
    private const string Library = "KvCompose.";

    /// <summary>Everything that these tests write lies here, outside of the clone.</summary>
    public string Folder { get; } = Directory.CreateTempSubdirectory("kvcompose-package-").FullName;

    /// <summary>The folder with the packages.</summary>
    public string Feed { get; private set; } = "";

    /// <summary>Where the packages of KvCompose are unpacked to; empty at first.</summary>
    public string Unpacked => Path.Combine(Folder, "packages");

    /// <summary>The version of all packages.</summary>
    public string Version { get; private set; } = "";

    /// <summary>The file of a package.</summary>
    public string FileOf(string package, string extension = ".nupkg") => Path.Combine(Feed, $"{package}.{Version}{extension}");

    public async Task InitializeAsync()
    {
        Feed = Environment.GetEnvironmentVariable("KVCOMPOSE_PACKAGES") is { Length: > 0 } packed ? Path.GetFullPath(packed, Repository.Root) : Path.Combine(Folder, "feed");
        if (!Directory.Exists(Feed))
        {
            (await Command.DotnetAsync(Repository.Root, ["pack", "KvCompose.sln", "-c", "Release", "-o", Feed, "--nologo", "-v", "quiet"])).Succeeded();
        }

        // Ids with more parts than one have no digit after the first dot.
        Version = Directory.GetFiles(Feed, Library + "*.nupkg").Select(static file => Path.GetFileNameWithoutExtension(file)[Library.Length..]).Single(static rest => char.IsAsciiDigit(rest[0]));
        await File.WriteAllTextAsync(Path.Combine(Folder, "nuget.config"), $"""
            <configuration>
              <packageSources>
                <add key="packed" value="{Feed}" />
              </packageSources>
            </configuration>
            """);

        // Third-party packages come from the user's folder, ours from the feed alone.
        string cache = Environment.GetEnvironmentVariable("NUGET_PACKAGES")
            ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        await File.WriteAllTextAsync(Path.Combine(Folder, "Directory.Build.props"), $"""
            <Project>
              <PropertyGroup>
                <RestorePackagesPath>{Unpacked}</RestorePackagesPath>
                <RestoreFallbackFolders>{cache}</RestoreFallbackFolders>
                <NuGetAudit>false</NuGetAudit>
              </PropertyGroup>
            </Project>
            """);
    }

    public Task DisposeAsync()
    {
        Directory.Delete(Folder, recursive: true);
        return Task.CompletedTask;
    }
}
