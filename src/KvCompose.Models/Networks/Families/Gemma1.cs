namespace KvCompose.Models.Networks.Families;

/// <summary>Gemma 1: embeddings times √D, norms with weights 1 + w.</summary>
internal sealed class Gemma1 : Family
{
    public override string Name => "Gemma";

    public override IReadOnlyList<string> ModelTypes => ["gemma"];

    public override IReadOnlyList<string> Architectures => ["gemma"];

    public override FamilyDefaults Defaults { get; } = new()
    {
        HeadDim = 256,
        Context = 8192,
        Tied = true,
        Reads = ["attention_bias"],
    };

    public override NetworkDescription Describe(FamilySource source)
    {
        source.Config?.RejectWindows();
        LayerDescription layer = source.PreNormLayer();
        NormDescription norm = Norm(source);
        layer = layer with
        {
            Attention = WithBias(layer.Attention!, source),
            FeedForward = layer.FeedForward! with { Activation = source.Activation(Activation.GeluTanh, "hidden_activation", "hidden_act") },
            AttentionNorm = norm,
            FeedForwardNorm = norm,
        };
        return source.Network(Name, [.. Enumerable.Repeat(layer, source.LayerCount)], norm) with
        {
            EmbeddingMultiplier = MathF.Sqrt(source.Hidden),
        };
    }

    /// <summary>Files of safetensors store w for a weight of 1 + w; GGUF files store 1 + w.</summary>
    public static NormDescription Norm(FamilySource source) => source.RmsNorm(source.Config is null ? 0 : 1);

    public static AttentionDescription WithBias(AttentionDescription attention, FamilySource source) => attention with
    {
        InputBias = source.InputBias("attention_bias", absent: false),
        OutputBias = source.OutputBias("attention_bias"),
    };
}
