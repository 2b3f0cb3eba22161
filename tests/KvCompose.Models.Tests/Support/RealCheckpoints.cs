namespace KvCompose.Models.Tests.Support;

/// <summary>Real checkpoints, which are not part of this repository: the folder named by KVCOMPOSE_CHECKPOINTS, else ../shared/checkpoints.</summary>
internal static class RealCheckpoints
{
    public const string SmolLm = "SmolLM2-135M-Instruct.Q4_1.gguf";

    /// <summary>The path of a file, or null if it is not there.</summary>
    public static string? Find(string name)
    {
        if (Environment.GetEnvironmentVariable("KVCOMPOSE_CHECKPOINTS") is { Length: > 0 } folder)
        {
            string named = Path.Combine(folder, name);
            return File.Exists(named) ? named : null;
        }

        for (DirectoryInfo? root = new(AppContext.BaseDirectory); root is not null; root = root.Parent)
        {
            string beside = Path.Combine(root.FullName, "shared", "checkpoints", name);
            if (File.Exists(beside))
            {
                return beside;
            }
        }

        return null;
    }
}

/// <summary>A test that needs a real checkpoint; without it the test is skipped and says so.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class CheckpointFactAttribute : FactAttribute
{
    public CheckpointFactAttribute()
    {
        if (RealCheckpoints.Find(RealCheckpoints.SmolLm) is null)
        {
            Skip = $"{RealCheckpoints.SmolLm} is not there: set KVCOMPOSE_CHECKPOINTS to its folder";
        }
    }
}
