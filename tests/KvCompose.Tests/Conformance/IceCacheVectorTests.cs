using KvCompose.Conformance.Running;

namespace KvCompose.Tests.Conformance;

public class IceCacheVectorTests
{
    /// <summary>The open files but the two tables of figures, which take a minute: the conformance runner runs those.</summary>
    public static TheoryData<string> Files =>
        [.. ((IEnumerable<object[]>)OpenVectors.Of("icecache")).Select(row => (string)row[0]).Except(["reference_quality.json", "insert_gqa_cost_targets.json"])];

    [Theory]
    [MemberData(nameof(Files))]
    public void Reference_OpenVectorFile_Agrees(string file)
    {
        VectorResult result = VectorRunner.Run(OpenVectors.Path("icecache", file));
        Assert.True(result.Status == VectorStatus.Passed, result.Detail);
    }
}
