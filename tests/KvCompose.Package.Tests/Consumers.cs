using KvCompose.Package.Tests.Running;

namespace KvCompose.Package.Tests;

/// <summary>Fresh projects that reference the packages, written and built once with one call.</summary>
public sealed class Consumers : IAsyncLifetime
{
    private static readonly string[] Valid = ["PlainConsole", "WebApp", "UnitTests", "DeviceConsole", "StrictLibrary", "ServedApp"];

    private readonly PackedFeed _feed = new();

    /// <summary>What the small model says after the prompt, computed by the projects of this clone.</summary>
    internal string Expected { get; } = FiveTokens.Of(Repository.Model);

    internal PackedFeed Feed => _feed;

    /// <summary>How building the valid ones ended.</summary>
    internal CommandResult Build { get; private set; } = new(-1, "not built");

    /// <summary>The folder of a project.</summary>
    internal string FolderOf(string project) => Path.Combine(_feed.Folder, project);

    /// <summary>Runs a console project that was built.</summary>
    internal Task<CommandResult> RunAsync(string project, params string[] arguments)
        => Command.DotnetAsync(FolderOf(project), ["exec", Path.Combine("bin", "Release", "net10.0", project + ".dll"), .. arguments]);

    public async Task InitializeAsync()
    {
        await _feed.InitializeAsync();
        foreach (string project in Valid.Append("Invalid"))
        {
            Write(project);
        }

        await File.WriteAllTextAsync(
            Path.Combine(_feed.Folder, "Consumers.slnx"),
            $"<Solution>{string.Concat(Valid.Select(static project => $"<Project Path=\"{project}/{project}.csproj\" />"))}</Solution>");
        Build = await Command.DotnetAsync(_feed.Folder, ["build", "Consumers.slnx", "-c", "Release", "--nologo", "-v", "quiet", "-warnaserror"]);
    }

    public Task DisposeAsync() => _feed.DisposeAsync();

    private void Write(string project)
    {
        string sources = Path.Combine(AppContext.BaseDirectory, "Consumers");
        string[] folders = project is "StrictLibrary" or "Invalid" or "ServedApp" ? [project] : [project, "Shared"];
        Directory.CreateDirectory(FolderOf(project));
        foreach (string file in folders.SelectMany(folder => Directory.GetFiles(Path.Combine(sources, folder))))
        {
            File.WriteAllText(
                Path.Combine(FolderOf(project), Path.GetFileName(file)),
                File.ReadAllText(file).Replace("KVCOMPOSE_VERSION", _feed.Version, StringComparison.Ordinal));
        }
    }
}
