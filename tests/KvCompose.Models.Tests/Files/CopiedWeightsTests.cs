using KvCompose.Models.Tests.Loading;
using KvCompose.Models.Tests.Support;

namespace KvCompose.Models.Tests.Files;

/// <summary>Weights that are copied into memory rather than mapped.</summary>
public sealed class CopiedWeightsTests
{
    private static readonly LanguageModelOptions Copied = new() { Threads = 1, CopyWeights = true };

    [Fact]
    public void Load_CopiedWeights_GivesTheSameLogitsEvenWithoutItsFiles()
    {
        using var folder = new TemporaryFolder();
        TinyModel.Write(folder);
        using LanguageModel mapped = LanguageModel.Load(folder.Path, Copied with { CopyWeights = false });
        float[] expected = mapped.Forward([1, 2, 3]);
        using LanguageModel model = LanguageModel.Load(folder.Path, Copied);
        Assert.Equal(new FileInfo(folder.File("model.safetensors")).Length + mapped.Report.OwnBytes, model.Report.OwnBytes);
        File.WriteAllBytes(folder.File("model.safetensors"), [1, 2, 3]);
        Assert.Equal(expected, model.Forward([1, 2, 3]));
        Assert.Throws<CheckpointFormatException>(() => mapped.Forward([1, 2, 3]));
    }
}
