using KvCompose.Conformance.Running;

namespace KvCompose.Tests.Conformance;

public class TemplateVectorTests
{
    public static TheoryData<string> Files =>
    [
        .. OpenVectors.Of("templates").Select(row => (string)row[0]).Where(file => file != "contexts.json"),
        .. OpenVectors.Of("templates/chat").Select(row => $"chat/{row[0]}"),
    ];

    [Theory]
    [MemberData(nameof(Files))]
    public void Templates_OpenVectors_Agree(string file)
    {
        VectorResult result = VectorRunner.Run(OpenVectors.Path("templates", file));
        Assert.True(result.Status == VectorStatus.Passed, result.Detail);
    }
}
