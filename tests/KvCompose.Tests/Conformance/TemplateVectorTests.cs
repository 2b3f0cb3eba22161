using KvCompose.Conformance.Running;

namespace KvCompose.Tests.Conformance;

public class TemplateVectorTests
{
    public static TheoryData<string> Files =>
    [
        .. OpenVectors.Names("templates").Where(file => file != "contexts.json"),
        .. OpenVectors.Names("templates/chat").Select(file => $"chat/{file}"),
    ];

    [Theory]
    [MemberData(nameof(Files))]
    public void Templates_OpenVectors_Agree(string file)
    {
        VectorResult result = VectorRunner.Run(OpenVectors.Path("templates", file));
        Assert.True(result.Status == VectorStatus.Passed, result.Detail);
    }
}
