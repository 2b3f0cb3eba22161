using System.Text.Json;
using KvCompose.Conformance.Comparing;
using KvCompose.Conformance.Reading;
using KvCompose.Conformance.Running;
using KvCompose.Models;

namespace KvCompose.Conformance.Kinds.Families;

/// <summary>Logits of tiny models, from every form in which the folder has them: config.json, its older spelling, GGUF.</summary>
public sealed class FamilyLogitsKind : FolderKind
{
    /// <inheritdoc/>
    public override string Name => "family-logits";

    /// <inheritdoc/>
    protected override void Check(JsonElement @case, string folder)
    {
        string[] files = [.. @case.List("model_files").Select(file => file.GetString()!).Where(file => File.Exists(Path.Combine(folder, file)))];
        int forms = 0;
        foreach (string file in files.Where(static file => file.EndsWith(".gguf", StringComparison.Ordinal)))
        {
            forms++;
            FamilyCase.Check(@case, ModelPath.Open(Path.Combine(folder, file)), file);
        }

        foreach (string configuration in (ReadOnlySpan<string>)["config.json", "config_old.json"])
        {
            if (files.Any(static file => file.EndsWith(".safetensors", StringComparison.Ordinal) || file.EndsWith(".index.json", StringComparison.Ordinal))
                && File.Exists(Path.Combine(folder, configuration)))
            {
                forms++;
                FamilyCase.Check(@case, ModelPath.OpenHuggingFace(folder, configuration), configuration);
            }
        }

        Expect.True(forms > 0, "no form of the model is in the folder");
    }
}
