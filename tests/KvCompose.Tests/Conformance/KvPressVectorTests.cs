using KvCompose.Conformance.Running;

namespace KvCompose.Tests.Conformance;

public class KvPressVectorTests
{
    public static TheoryData<string> Files => OpenVectors.AllOf("kvpress");

    [Theory]
    [MemberData(nameof(Files))]
    public void PressesReference_OpenVector_GivesWhatTheFileExpects(string file)
    {
        VectorResult result = VectorRunner.Run(OpenVectors.Path("kvpress", file));

        Assert.True(result.Status == VectorStatus.Passed, result.Detail);
    }
}
