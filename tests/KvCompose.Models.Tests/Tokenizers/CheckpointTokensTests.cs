using KvCompose.Conformance.Running;

namespace KvCompose.Models.Tests.Tokenizers;

/// <summary>The ids of a real checkpoint, under the published rules and under llama.cpp's.</summary>
public sealed class CheckpointTokensTests
{
    [CheckpointFact("smollm2-tokens.json")]
    public void Encode_RealCheckpoint_GivesItsIds()
    {
        VectorResult result = VectorRunner.Run(Path.Combine(CheckpointFactAttribute.Folder, "smollm2-tokens.json"));
        Assert.True(result.Status == VectorStatus.Passed, result.Detail);
    }

    /// <summary>A test that needs a file of the folder KVCOMPOSE_CHECKPOINTS, or of ../shared/checkpoints beside the project.</summary>
    private sealed class CheckpointFactAttribute : FactAttribute
    {
        public CheckpointFactAttribute(string file)
        {
            if (!File.Exists(Path.Combine(Folder, file)))
            {
                Skip = $"'{file}' is not in '{Folder}': set KVCOMPOSE_CHECKPOINTS";
            }
        }

        public static string Folder { get; } = Environment.GetEnvironmentVariable("KVCOMPOSE_CHECKPOINTS")
            ?? Path.GetFullPath(Path.Combine(VectorTests.Folder, "..", "..", "..", "..", "shared", "checkpoints"));
    }
}
