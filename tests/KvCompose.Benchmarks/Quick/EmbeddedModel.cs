using System.Text.Json.Nodes;
using KvCompose.Models;

namespace KvCompose.Benchmarks.Quick;

/// <summary>The model that the repository ships, opened for longer texts than it was trained on: what it says does not matter here.</summary>
internal static class EmbeddedModel
{
    /// <summary>Opens it with a context of so many tokens.</summary>
    public static LanguageModel WithContext(int tokens, int threads)
    {
        string source = Path.Combine(AppContext.BaseDirectory, "models", "needle");
        DirectoryInfo folder = Directory.CreateTempSubdirectory();
        try
        {
            foreach (string file in Directory.EnumerateFiles(source))
            {
                File.Copy(file, Path.Combine(folder.FullName, Path.GetFileName(file)));
            }

            string configuration = Path.Combine(folder.FullName, "config.json");
            JsonNode fields = JsonNode.Parse(File.ReadAllText(configuration))!;
            fields["max_position_embeddings"] = tokens;
            File.WriteAllText(configuration, fields.ToJsonString());
            return LanguageModel.Load(folder.FullName, new LanguageModelOptions { Threads = threads });
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
