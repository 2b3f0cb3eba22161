namespace KvCompose.Samples.Needle;

/// <summary>The model that the repository ships.</summary>
internal static class EmbeddedModel
{
    public const string Name = "needle";

    /// <summary>Observation window: what the model's questions are made of fits into it.</summary>
    public const int Window = 16;

    /// <summary>What the verb <c>profile</c> found out about the model's heads.</summary>
    public static HeadProfile Profile { get; } = HeadProfile.Load(Path.Combine(Folder, "profile.json"));

    /// <summary>As <see cref="Profile"/>, with overlaps from which on heads are stable or alike that leave some heads neither: all roles are there.</summary>
    public static HeadProfile VolatileProfile { get; } = HeadProfile.Load(Path.Combine(Folder, "volatile.json"));

    /// <summary>The build copies the model next to the program.</summary>
    public static string Folder => Path.Combine(AppContext.BaseDirectory, "models", Name);
}
