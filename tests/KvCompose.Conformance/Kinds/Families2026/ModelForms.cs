using KvCompose.Models;

namespace KvCompose.Conformance.Kinds.Families2026;

/// <summary>The forms in which a folder has its model.</summary>
internal static class ModelForms
{
    /// <summary>The configurations that are there, the newest spelling first.</summary>
    public static IEnumerable<string> Configurations(string folder)
        => new[] { "config.json", "config.published-spelling.json" }.Where(name => File.Exists(Path.Combine(folder, name)));

    public static LanguageModel Open(string folder, string configuration) => Build(ModelPath.OpenHuggingFace(folder, configuration));

    public static LanguageModel OpenGguf(string path) => Build(ModelPath.Open(path));

    private static LanguageModel Build(LoadedParts parts) => LanguageModel.Build(parts, new LanguageModelOptions { Threads = 1 });
}
