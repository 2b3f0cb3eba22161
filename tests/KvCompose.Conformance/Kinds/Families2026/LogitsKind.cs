using System.Text.Json;
using KvCompose.Conformance.Running;

namespace KvCompose.Conformance.Kinds.Families2026;

/// <summary>Logits and states of a tiny model, by every spelling of its configuration.</summary>
public sealed class LogitsKind : FolderKind
{
    /// <inheritdoc/>
    public override string Name => "logits";

    /// <inheritdoc/>
    protected override void Check(JsonElement @case, string folder)
    {
        foreach (string configuration in ModelForms.Configurations(folder))
        {
            NetworkCase.Check(@case, () => ModelForms.Open(folder, configuration), configuration, states: true);
        }
    }
}
