using KvCompose.Conformance.Running;

namespace KvCompose.Tests.Conformance;

public class HeteroCacheVectorTests
{
    public static TheoryData<string> Files => OpenVectors.Of("heterocache");

    [Theory]
    [MemberData(nameof(Files))]
    public void HeteroCacheReference_OpenVector_GivesWhatTheFileExpects(string file)
    {
        VectorResult result = VectorRunner.Run(OpenVectors.Path("heterocache", file));

        Assert.True(result.Status == VectorStatus.Passed, result.Detail);
    }
}
