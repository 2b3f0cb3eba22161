using KvCompose.Conformance.Running;

namespace KvCompose.Tests.Conformance;

public class VectorRunnerTests
{
    [Theory]
    [InlineData("{", VectorStatus.Failed)]
    [InlineData("", VectorStatus.Failed)]
    [InlineData("""{"kind":"of a method nobody wrote"}""", VectorStatus.Skipped)]
    [InlineData("[]", VectorStatus.Skipped)]
    [InlineData("3", VectorStatus.Skipped)]
    [InlineData("""{"schema":"kvcompose-vectors/1","family":"snapkv","cases":[{"id":"a"}]}""", VectorStatus.Failed)]
    [InlineData("""{"cases":[{"kind":"snapkv.layer"}]}""", VectorStatus.Failed)]
    [InlineData("""{"cases":[{"kind":"snapkv.layer","shape":3,"params":[],"inputs":"","expected":null}]}""", VectorStatus.Failed)]
    [InlineData("""{"cases":[{"kind":"somethingnew.layer"}]}""", VectorStatus.Skipped)]
    public void Run_FileThatIsNoVector_NeverThrows(string content, VectorStatus expected)
    {
        string path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.json");
        File.WriteAllText(path, content);
        try
        {
            Assert.Equal(expected, VectorRunner.Run(path).Status);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void Run_OneWrongExpectation_NamesTheCase()
    {
        const string Case = """
            {"id":"ID","kind":"streamingllm.layer","shape":{"B":1,"Hq":1,"Hkv":1,"n":9,"d":2},
             "params":{"capacity":5,"sinks":2},"expected":{"compressed":true,"cache_len":5,"indices":[[[0,1,6,7,LAST]]]}}
            """;
        string path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.json");
        string good = Case.Replace("ID", "good").Replace("LAST", "8"), bad = Case.Replace("ID", "bad").Replace("LAST", "5");
        File.WriteAllText(path, $$"""{"cases":[{{good}},{{bad}},{{bad}}]}""");
        try
        {
            VectorResult result = VectorRunner.Run(path);
            Assert.Equal(VectorStatus.Failed, result.Status);
            Assert.Contains("2 of 3 cases; first bad:", result.Detail);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void Run_MissingFile_Fails() =>
        Assert.Equal(VectorStatus.Failed, VectorRunner.Run(Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.json")).Status);
}
