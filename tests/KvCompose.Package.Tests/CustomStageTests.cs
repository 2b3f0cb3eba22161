using KvCompose.Package.Tests.Running;

namespace KvCompose.Package.Tests;

/// <summary>The sample of a user's own stage builds against the packages too.</summary>
[Collection(nameof(PackageCollection))]
public sealed class CustomStageTests(Consumers consumers)
{
    [Fact]
    public async Task Build_CustomStageAgainstThePackages_Runs()
    {
        string artifacts = Path.Combine(consumers.Feed.Folder, "custom-stage");
        CommandResult run = await Command.DotnetAsync(
            Repository.Root,
            [
                "run", "--project", "samples/CustomStage", "-c", "Release", "--artifacts-path", artifacts,
                $"-p:KvComposePackageVersion={consumers.Feed.Version}",
                $"-p:RestoreAdditionalProjectSources={consumers.Feed.Feed}",
                $"-p:RestorePackagesPath={consumers.Feed.Unpacked}",
            ]);
        Assert.Contains("answered:", run.Succeeded(), StringComparison.Ordinal);
        Assert.True(Directory.Exists(Path.Combine(consumers.Feed.Unpacked, "kvcompose.evaluation", consumers.Feed.Version)));
    }
}
