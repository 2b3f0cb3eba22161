using KvCompose.Conformance.Running;

namespace KvCompose.Tests.Conformance;

public class CakeVectorTests
{
    public static TheoryData<string> Files => OpenVectors.Of("cake");

    [Theory]
    [MemberData(nameof(Files))]
    public void Reference_OpenVectors_Agree(string file)
    {
        VectorResult result = VectorRunner.Run(OpenVectors.Path("cake", file));
        Assert.True(result.Status == VectorStatus.Passed, result.Detail);
    }
}
