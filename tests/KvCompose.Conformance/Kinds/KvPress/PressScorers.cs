using System.Text.Json;
using KvCompose.Conformance.Reading;
using KvCompose.Reference.Presses;
using KvCompose.Reference.Presses.Scoring;

namespace KvCompose.Conformance.Kinds.KvPress;

/// <summary>Reads scorers by their names in the files; missing arguments have the package's defaults.</summary>
internal static class PressScorers
{
    /// <summary>The scorer in <c>press</c> and <c>press_args</c> of a wrapper's arguments.</summary>
    public static IPressScorer Inner(PressArguments wrapper)
        => Read(wrapper.Text("press", ""), wrapper.Element("press_args"));

    public static IPressScorer Read(string name, JsonElement? args)
    {
        var given = new PressArguments(name, args);
        IPressScorer scorer = TryRead(name, given) ?? throw new VectorFormatException($"there is no scorer '{name}'");
        given.Complete();
        return scorer;
    }

    /// <summary>Null where the name is no scorer's.</summary>
    public static IPressScorer? TryRead(string name, PressArguments args) => name switch
    {
        "Knorm" => new KnormScore(),
        "KeyDiff" => new KeyDiffScore(),
        "StreamingLLM" => new StreamingScore(args.Int("n_sink", 4)),
        "TOVA" => new TovaScore(),
        "ObservedAttention" => new ObservedAttentionScore(),
        "SnapKV" => new WindowScore(args.Int("window_size", 64), args.Int("kernel_size", 5)),
        "LagKV" => new LagKvScore(args.Int("n_sink", 4), args.Int("lag_size", 128), args.Flag("cross_scoring", false)),
        "LeverageScore" => Leverage(args),
        "NonCausalAttn" => new NonCausalScore(args.Int("chunk_size", 256), Padding: true),
        "Cap" => new CapScore(args.Number("tau", 5), args.Int("n_future_positions", 512), args.Int("n_sink", 4),
            args.Number("epsilon", 1e-6)),
        "DropKV" => new DropScore(args.Int("window_size", 32), args.Int("kernel_size", 7), args.Number("epsilon", 1e-6)),
        "Finch" => new FinchScore(args.Int("window"), args.Flag("normalize_scores", true)),
        "CriticalKV" => new CriticalScore(Inner(args), args.Number("epsilon", 1e-4), args.Number("first_stage_ratio", 0.5)),
        "ExpectedAttention" => new ExpectedAttentionScore(
            args.Int("n_future_positions", 512),
            args.Int("n_sink", 4),
            args.Flag("use_covariance", true),
            args.Flag("use_vnorm", true),
            args.Number("epsilon", 0)),
        "CUR" => new CurScore(
            args.Int("num_sinks", 4),
            CurLeverageOf(args.Text("leverage_type", "kv_product")),
            args.Flag("use_local_approximation", true),
            args.Int("local_window_size", 16),
            args.Flag("use_random_leverage", false)),
        "Compactor" => Compactor(args),
        _ => null,
    };

    private static LeverageScore Leverage(PressArguments args)
    {
        args.Int("sketch_dimension", 48); // The sketch of the file has it.
        return new LeverageScore();
    }

    private static CompactorScore Compactor(PressArguments args)
    {
        args.Int("sketch_dimension", 48);
        return new CompactorScore(
            args.Int("sink_size_start", 8),
            args.Int("sink_size_end", 4),
            args.Int("chunk_size", 256),
            args.Element("blending")?.AsNumber("blending"),
            Padding: true);
    }

    private static CurLeverage CurLeverageOf(string name) => name switch
    {
        "kv_product" => CurLeverage.Product,
        "kv_avg" => CurLeverage.Average,
        "key" => CurLeverage.Key,
        "value" => CurLeverage.Value,
        _ => throw new VectorFormatException($"there is no leverage '{name}'"),
    };
}
