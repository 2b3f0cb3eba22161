using System.Text.Json;
using KvCompose.Conformance.Comparing;
using KvCompose.Conformance.Reading;
using KvCompose.Conformance.Running;

namespace KvCompose.Conformance.Kinds.Families2026;

/// <summary>GGUF forms of the tiny models: the cases of their folders hold for them.</summary>
public sealed class GgufIndexKind : FolderKind
{
    /// <inheritdoc/>
    public override string Name => "gguf-index";

    /// <inheritdoc/>
    protected override void Check(JsonElement @case, string folder)
    {
        foreach (JsonElement entry in @case.List("entries"))
        {
            string file = entry.Text("file"), cases = Path.Combine(Path.GetDirectoryName(folder)!, entry.Text("cases_of"));
            string[] paths = [.. Directory.GetFiles(cases, "case*.json").Order(StringComparer.Ordinal)];
            Expect.True(paths.Length > 0, $"there is no case for {file}");
            foreach (string path in paths)
            {
                // The heads of values may stand in another order in a GGUF file: its states are not those of the folder.
                NetworkCase.Check(
                    VectorFile.Load(path).Root, () => ModelForms.OpenGguf(Path.Combine(folder, file)), $"{file}, {Path.GetFileName(path)}", states: false);
            }
        }
    }
}
