using KvCompose.Models.Json;

namespace KvCompose.Models.Networks.Families;

/// <summary>The rotations of config.json where layers with a window have another than those without.</summary>
internal static class LayerRotations
{
    private const string Full = "full_attention";
    private const string Windowed = "sliding_attention";

    /// <summary>
    /// rope_parameters has one object for each kind of layer in newer files. In older ones the fields at the top are those of layers
    /// without a window, and layers with one have the same base and no scaling.
    /// </summary>
    public static (RotationDescription Full, RotationDescription Windowed) Read(ConfigSource config, FamilyDefaults full, FamilyDefaults windowed)
    {
        if (RopeFields.Object(config.Fields, "rope_parameters") is { } both && (both.Has(Full) || both.Has(Windowed)))
        {
            if (both.Names.FirstOrDefault(static name => name is not (Full or Windowed)) is { } other)
            {
                throw both.Wrong(other, both.Shown(other), $"only {Full} and {Windowed} beside each other");
            }

            return (One(config, both, Full, full), One(config, both, Windowed, windowed));
        }

        RotationDescription stated = config.ReadRotation(RopeFields.Of(config.Fields), full);
        return (stated, stated with { Scaling = new RopeScaling.None() });
    }

    private static RotationDescription One(ConfigSource config, JsonFields both, string kind, FamilyDefaults defaults)
        => config.ReadRotation(new RopeFields(both, ($"rope_parameters.{kind}", RopeFields.Object(both, kind))), defaults);
}
