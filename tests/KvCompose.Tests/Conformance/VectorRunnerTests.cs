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
    public void Run_MissingFile_Fails() =>
        Assert.Equal(VectorStatus.Failed, VectorRunner.Run(Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.json")).Status);
}
