namespace KvCompose.Models.Networks.Families;

/// <summary>gpt-oss: a learned sink in every softmax, every second layer with a window, experts with biases in 4-bit blocks.</summary>
internal sealed class GptOss : Family
{
    private const double Alpha = 1.702;
    private const double Limit = 7;

    public override string Name => "gpt-oss";

    public override IReadOnlyList<string> ModelTypes => ["gpt_oss"];

    public override IReadOnlyList<string> Architectures => ["gpt-oss"];

    public override NameOverrides FolderNames { get; } = new((LayerPart.Router, "mlp.router")) { TransposedExperts = true };

    public override NameOverrides GgufNames { get; } = new(
        (LayerPart.FeedForwardNorm, "post_attention_norm"), (LayerPart.AttentionOutputNorm, "attn_post_norm"));

    public override FamilyDefaults Defaults { get; } = new()
    {
        HeadDim = 64,
        Context = 131_072,
        Theta = 150_000,
        Epsilon = 1e-5,
        Experts = true,
        TruncatesYarn = false,
        Reads = ["sliding_window", "attention_bias", "num_experts", "num_local_experts", "quantization_config"],
    };

    public override NetworkDescription Describe(FamilySource source)
    {
        CheckConstants(source);
        int count = Mixture.Count(source, absent: 128);
        LayerDescription layer = source.PreNorms() with
        {
            Attention = source.Attention() with
            {
                InputBias = source.InputBias("attention_bias", absent: true),
                OutputBias = source.Config?.Fields.Flag("attention_bias", absent: true) ?? source.OutputBias("attention_bias"),
                Sinks = true,
            },
            Experts = new ExpertsDescription
            {
                Count = count,
                Chosen = Mixture.Chosen(source, count, absent: 4),
                Width = source.Config is null ? Mixture.Width(source) : source.FeedForwardWidth,
                Activation = Activation.ClampedSwish,
                Bias = true,
                Interleaved = source.Config is not null,
                Router = new RouterDescription { Scores = RouterScores.SoftmaxOfChosen, Bias = true },
            },
        };
        return source.Network(Name, Windowed(layer, Windows(source)));
    }

    private static void CheckConstants(FamilySource source)
    {
        if (source.Config?.Fields is not { } fields)
        {
            return;
        }

        foreach ((string field, double known) in (ReadOnlySpan<(string, double)>)[("swiglu_limit", Limit), ("swiglu_alpha", Alpha)])
        {
            if (Math.Abs(fields.Number(field, 0, 1e6, known) - known) > 1e-9)
            {
                throw fields.Unsupported(field, $"{known:R}");
            }
        }

        if (fields.Has("quantization_config") && fields.Object("quantization_config").Text("quant_method") != "mxfp4")
        {
            throw fields.Unsupported("quantization_config", "none, or one whose quant_method is mxfp4");
        }

        if (fields.Text("hidden_act") is { } activation and not "silu")
        {
            throw fields.Wrong("hidden_act", $"\"{activation}\"", "silu");
        }
    }

    private static IReadOnlyList<int?> Windows(FamilySource source)
    {
        static bool Even(int layer) => layer % 2 == 0;
        if (source.Config is not { } config)
        {
            return source.Gguf!.Windows(Even);
        }

        int? window = config.Window(128);
        bool[] windowed = config.WindowedLayers() ?? [.. Enumerable.Range(0, source.LayerCount).Select(Even)];
        return [.. windowed.Select(has => has ? window : null)];
    }
}
