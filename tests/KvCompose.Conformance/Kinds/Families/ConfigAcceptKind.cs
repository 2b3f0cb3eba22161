using System.Text;
using System.Text.Json;
using KvCompose.Conformance.Reading;
using KvCompose.Conformance.Running;
using KvCompose.Models;
using KvCompose.Models.Networks;

namespace KvCompose.Conformance.Kinds.Families;

/// <summary>Configurations that mean the same as that of another folder.</summary>
public sealed class ConfigAcceptKind : FolderKind
{
    /// <inheritdoc/>
    public override string Name => "config-accept";

    /// <inheritdoc/>
    protected override void Check(JsonElement @case, string folder)
    {
        string like = Path.Combine(Path.GetDirectoryName(folder)!, @case.Text("like"));
        ModelConfiguration configuration = ConfigurationReader.Parse(Encoding.UTF8.GetBytes(@case.Field("config").GetRawText()), "config.json");
        foreach (string path in Directory.GetFiles(like, "case_*.json").Order(StringComparer.Ordinal))
        {
            JsonElement expected = VectorFile.Load(path).Root;
            FamilyCase.Check(
                expected, ModelPath.OpenHuggingFace(like, configuration, Path.Combine(like, "config.json")), Path.GetFileName(path));
        }
    }
}
