using KvCompose.Conformance.Running;

namespace KvCompose.Tests.Conformance;

public class FastKvVectorTests
{
    public static TheoryData<string> Files => OpenVectors.Of("fastkv");

    [Theory]
    [MemberData(nameof(Files))]
    public void Reference_OpenVectorFile_Agrees(string file)
    {
        VectorResult result = VectorRunner.Run(OpenVectors.Path("fastkv", file));
        Assert.True(result.Status == VectorStatus.Passed, result.Detail);
    }
}
