using KvCompose.Roslyn.Testing;

namespace KvCompose.Generators.Tests;

public class SnapshotHygieneTests
{
    [Fact]
    public void VerifiedFiles_All_BelongToATest() => Snapshot.AssertNoneUnused(typeof(SnapshotHygieneTests).Assembly);
}
