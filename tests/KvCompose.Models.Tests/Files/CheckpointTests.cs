using KvCompose.Conformance.Running;

namespace KvCompose.Models.Tests.Files;

/// <summary>
/// A real model, where there is one: in the folder of KVCOMPOSE_CHECKPOINTS, or in shared/checkpoints beside the repository. The
/// longest vectors are left to the conformance program.
/// </summary>
public sealed class CheckpointTests
{
    [SkippableVector("smollm2-full-logits.json")]
    public void FullLogits_StoredPrompts_AreThoseOfExactArithmetic() => Passes("smollm2-full-logits.json");

    [SkippableVector("smollm2-full-logits.json")]
    public void Load_RealModel_SaysWhatItFound()
    {
        using LanguageModel model = LanguageModel.Load(SkippableVectorAttribute.PathOf("SmolLM2-135M-Instruct.Q4_1.gguf")!);

        Assert.Equal(new TransformerShape(30, 9, 3, 64, 576, 49_152, 8192), model.Shape);
        Assert.Equal([("Q4_1", 210), ("F32", 61), ("Q8_0", 1)], model.Report.Types);
        Assert.Equal(98_362_432, model.Report.FileBytes);
        Assert.True(model.Report.OwnBytes < model.Report.FileBytes / 10, $"{model.Report.OwnBytes} bytes beside the file");
        Assert.Equal([504], model.Tokenizer.Encode("The"));
        Assert.Equal([2], model.EndTokens);
        Assert.Equal(1, model.BeginToken);
    }

    private static void Passes(string file)
    {
        VectorResult result = VectorRunner.Run(SkippableVectorAttribute.PathOf(file)!);

        Assert.True(result.Status == VectorStatus.Passed, result.Detail);
    }
}

/// <summary>A test that is skipped, and says so, where the file of real checkpoints is not there.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class SkippableVectorAttribute : FactAttribute
{
    public SkippableVectorAttribute(string file)
    {
        if (PathOf(file) is null)
        {
            Skip = $"'{file}' is neither in the folder of KVCOMPOSE_CHECKPOINTS nor in shared/checkpoints beside the repository";
        }
    }

    public static string? PathOf(string file)
    {
        if (Environment.GetEnvironmentVariable("KVCOMPOSE_CHECKPOINTS") is { Length: > 0 } named)
        {
            return File.Exists(Path.Combine(named, file)) ? Path.Combine(named, file) : null;
        }

        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            string path = Path.Combine(folder.FullName, "..", "shared", "checkpoints", file);
            if (File.Exists(Path.Combine(folder.FullName, "KvCompose.sln")))
            {
                return File.Exists(path) ? path : null;
            }
        }

        return null;
    }
}
