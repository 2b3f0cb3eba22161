namespace KvCompose.Samples.Needle;

/// <summary>The model that the repository ships.</summary>
internal static class EmbeddedModel
{
    private const string Name = "needle";

    /// <summary>Observation window: what the model's questions are made of fits into it.</summary>
    public const int Window = 16;

    /// <summary>The build copies the model next to the program.</summary>
    public static string Folder => Path.Combine(AppContext.BaseDirectory, "models", Name);
}
