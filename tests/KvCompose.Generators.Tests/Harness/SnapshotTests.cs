using KvCompose.Roslyn.Testing;

namespace KvCompose.Generators.Tests.Harness;

public class SnapshotTests
{
    [Fact]
    public void Match_GeneratedSources_AreAsVerified()
        => Snapshot.Match(new GeneratorHarness(Probe.Good, [ProbeGenerator<string>.ParseStep]).Run(Probe.Source).Sources);
}
