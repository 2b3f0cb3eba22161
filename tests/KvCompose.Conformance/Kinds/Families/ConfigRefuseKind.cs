using System.Text;
using System.Text.Json;
using KvCompose.Conformance.Comparing;
using KvCompose.Conformance.Reading;
using KvCompose.Conformance.Running;
using KvCompose.Models;
using KvCompose.Models.Networks;

namespace KvCompose.Conformance.Kinds.Families;

/// <summary>Configurations that must be refused before weights are looked for, by a message that names the field.</summary>
public sealed class ConfigRefuseKind : FolderKind
{
    /// <inheritdoc/>
    public override string Name => "config-refuse";

    /// <inheritdoc/>
    protected override void Check(JsonElement @case, string folder)
    {
        string[] names = [.. @case.List("names_any").Select(name => name.GetString()!)];
        try
        {
            ConfigurationReader.Parse(Encoding.UTF8.GetBytes(@case.Field("config").GetRawText()), "config.json");
        }
        catch (ModelConfigurationException refusal)
        {
            Expect.True(names.Any(refusal.Message.Contains), $"the message names none of {string.Join(", ", names)}: {refusal.Message}");
            return;
        }

        Expect.True(false, "was accepted");
    }
}
