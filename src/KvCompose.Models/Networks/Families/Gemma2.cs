namespace KvCompose.Models.Networks.Families;

/// <summary>Gemma 2: four norms a layer, soft caps, every second layer with a window.</summary>
internal sealed class Gemma2 : Family
{
    private const int LargestLayers = 46; // The 27B model, whose scale is that of D / Hq and not of the head dimension.

    public override string Name => "Gemma 2";

    public override IReadOnlyList<string> ModelTypes => ["gemma2"];

    public override IReadOnlyList<string> Architectures => ["gemma2"];

    public override FamilyDefaults Defaults { get; } = new()
    {
        HeadDim = 256,
        Context = 8192,
        Tied = true,
        Reads = ["attention_bias", "attn_logit_softcapping", "final_logit_softcapping", "query_pre_attn_scalar", "sliding_window"],
    };

    public override NetworkDescription Describe(FamilySource source)
    {
        LayerDescription layer = Layer(source, LargestLayers);
        layer = layer with
        {
            Attention = layer.Attention! with { SoftCap = source.Cap("attn_logit_softcapping", "attn_logit_softcapping", 50) },
        };
        return Network(source, Name, Windowed(layer, Windows(source))) with
        {
            LogitSoftCap = source.Cap("final_logit_softcapping", "final_logit_softcapping", 30),
        };
    }

    /// <summary>The layer that Gemma 2 and 3 share.</summary>
    public static LayerDescription Layer(FamilySource source, int largestLayers, RotationDescription? rotation = null)
    {
        LayerDescription layer = source.PreNormLayer(rotation);
        NormDescription norm = Gemma1.Norm(source);
        double scalar = source.Config?.Fields.Number("query_pre_attn_scalar", 0, 1e6, 256)
            ?? (source.LayerCount == largestLayers ? source.Hidden / source.QueryHeads : source.HeadDim);
        return layer with
        {
            Attention = Gemma1.WithBias(layer.Attention!, source) with { Scale = 1 / Math.Sqrt(scalar) },
            FeedForward = layer.FeedForward! with { Activation = source.Activation(Activation.GeluTanh, "hidden_activation") },
            AttentionNorm = norm,
            AttentionOutputNorm = norm,
            FeedForwardNorm = norm,
            FeedForwardOutputNorm = norm,
        };
    }

    public static NetworkDescription Network(FamilySource source, string name, IReadOnlyList<LayerDescription> layers)
        => source.Network(name, layers, Gemma1.Norm(source)) with { EmbeddingMultiplier = MathF.Sqrt(source.Hidden) };

    private static IReadOnlyList<int?> Windows(FamilySource source)
    {
        static bool Even(int layer) => layer % 2 == 0;
        if (source.Config is not { } config)
        {
            return source.Gguf!.Windows(Even);
        }

        int? window = config.Window(4096);
        bool[] windowed = config.WindowedLayers() ?? [.. Enumerable.Range(0, source.LayerCount).Select(Even)];
        return [.. windowed.Select(has => has ? window : null)];
    }
}
