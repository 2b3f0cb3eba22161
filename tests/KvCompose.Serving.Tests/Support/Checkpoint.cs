namespace KvCompose.Serving.Tests.Support;

/// <summary>A test with a real model, skipped with a message where it is not there.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class CheckpointFactAttribute : FactAttribute
{
    private const string File = "SmolLM2-135M-Instruct.Q4_1.gguf";

    public CheckpointFactAttribute()
    {
        if (Find() is null)
        {
            Skip = $"'{File}' is neither in the folder of KVCOMPOSE_CHECKPOINTS nor in shared/checkpoints beside the repository";
        }
    }

    public static string? Find()
    {
        if (Environment.GetEnvironmentVariable("KVCOMPOSE_CHECKPOINTS") is { Length: > 0 } named)
        {
            return System.IO.File.Exists(Path.Combine(named, File)) ? Path.Combine(named, File) : null;
        }

        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (System.IO.File.Exists(Path.Combine(folder.FullName, "KvCompose.sln")))
            {
                string path = Path.Combine(folder.FullName, "..", "shared", "checkpoints", File);
                return System.IO.File.Exists(path) ? path : null;
            }
        }

        return null;
    }
}
