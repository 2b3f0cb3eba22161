using KvCompose.Conformance.Running;

namespace KvCompose.Tests.Conformance;

public class SecondRowVectorTests
{
    public static TheoryData<string> Files => OpenVectors.AllOf("second-row");

    [Theory]
    [MemberData(nameof(Files))]
    public void SecondRowReference_OpenVector_GivesWhatTheFileExpects(string file)
    {
        VectorResult result = VectorRunner.Run(OpenVectors.Path("second-row", file));

        Assert.True(result.Status == VectorStatus.Passed, result.Detail);
    }
}
