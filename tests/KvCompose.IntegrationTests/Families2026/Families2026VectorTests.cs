using KvCompose.Conformance.Running;
using KvCompose.Tests.Conformance;

namespace KvCompose.IntegrationTests.Families2026;

/// <summary>The part of the vectors of the families of 2026 that this repository holds.</summary>
public sealed class Families2026VectorTests
{
    public static TheoryData<string> Files => OpenVectors.AllOf("families-2026");

    [Theory]
    [MemberData(nameof(Files))]
    public void Run_File_Passes(string file)
    {
        VectorResult result = VectorRunner.Run(OpenVectors.Path("families-2026", file));
        Assert.True(result.Status == VectorStatus.Passed, result.Detail);
    }
}
