namespace KvCompose.Models.Networks.Families;

/// <summary>Ministral 3: Llama with YaRN, and queries that grow with the logarithm of their position beyond the original context.</summary>
internal sealed class Ministral3 : Family
{
    public override string Name => "Ministral 3";

    public override IReadOnlyList<string> ModelTypes => ["ministral3"];

    public override IReadOnlyList<string> Architectures => ["mistral3"];

    public override FamilyDefaults Defaults { get; } = new()
    {
        HeadDim = 128,
        Context = 262_144,
        Theta = 1_000_000,
        Epsilon = 1e-5,
        PermutedInGguf = true,
        Reads = ["sliding_window", "llama_4_scaling_beta"],
    };

    public override NetworkDescription Describe(FamilySource source)
    {
        source.Config?.RejectWindows();
        if (source.Config?.Window() is { } window)
        {
            throw source.Config.Fields.Wrong("sliding_window", $"{window}", "null in this family");
        }

        LayerDescription layer = source.PreNormLayer();
        return source.Network(Name, layer with { Attention = layer.Attention! with { QueryScale = Scale(source) } });
    }

    private static QueryScaleDescription? Scale(FamilySource source)
    {
        if (source.Config is { } config)
        {
            var rope = RopeFields.Of(config.Fields);
            return rope.QueryScaleWeight == 0 ? null : new QueryScaleDescription(rope.QueryScaleWeight, rope.OriginalContext(source.Context));
        }

        GgufSource gguf = source.Gguf!;
        double weight = gguf.Metadata.Number(gguf.Key("attention.temperature_scale"), -1e-9, 1e6, 0);
        return weight == 0 ? null
            : new QueryScaleDescription(weight, gguf.Integer("rope.scaling.original_context_length", 1, int.MaxValue, source.Context));
    }
}
