using System.Text;
using System.Text.Json.Nodes;

namespace KvCompose.Evaluation.Tests.Reports;

public class NeedleReportTests
{
    [Fact]
    public void Write_AnyReport_HasTheAgreedFieldsInOrder()
    {
        var report = new NeedleReport("needle", 2048, 24, [new NeedleResult("SnapKv", 0.75, 255.5, 1024, 2048, 12.5, 0.25)]);
        using var stream = new MemoryStream();
        report.Write(stream);
        string text = Encoding.UTF8.GetString(stream.ToArray());
        Assert.EndsWith("}\n", text, StringComparison.Ordinal);
        Assert.Equal(
            """{"model":"needle","length":2048,"questions":24,"results":[{"pipeline":"SnapKv","accuracy":0.75,"tokensKept":255.5,"bytesHeld":1024,"peakBytes":2048,"ttftMs":12.5,"msPerToken":0.25}]}""",
            JsonNode.Parse(text)!.ToJsonString());
    }
}
