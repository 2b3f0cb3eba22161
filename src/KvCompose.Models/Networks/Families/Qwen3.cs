namespace KvCompose.Models.Networks.Families;

/// <summary>Qwen 3: queries and keys of each head are normalised before rotation.</summary>
internal sealed class Qwen3 : Family
{
    public override string Name => "Qwen3";

    public override IReadOnlyList<string> ModelTypes => ["qwen3"];

    public override IReadOnlyList<string> Architectures => ["qwen3"];

    public override FamilyDefaults Defaults { get; } = new()
    {
        HeadDim = 128,
        Context = 32_768,
        Reads = ["sliding_window", "use_sliding_window", "attention_bias"],
    };

    public override NetworkDescription Describe(FamilySource source)
        => source.Network(Name, Windowed(Layer(source), Qwen2.Windows(source)));

    /// <summary>The layer that the family shares with its mixture of experts.</summary>
    public static LayerDescription Layer(FamilySource source)
    {
        LayerDescription layer = source.PreNormLayer();
        return layer with
        {
            Attention = layer.Attention! with
            {
                InputBias = source.InputBias("attention_bias", absent: false),
                OutputBias = source.OutputBias("attention_bias"),
                QueryKeyNorm = source.RmsNorm(),
                QueryKeyNormScope = HeadNormScope.SharedByHeads,
            },
        };
    }
}
