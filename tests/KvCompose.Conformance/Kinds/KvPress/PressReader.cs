using System.Globalization;
using System.Text.Json;
using KvCompose.Conformance.Reading;
using KvCompose.Reference.Presses;
using KvCompose.Reference.Presses.Scoring;
using KvCompose.Reference.Presses.Selecting;

namespace KvCompose.Conformance.Kinds.KvPress;

/// <summary>A press of a file, and the scorer whose scores the file reports.</summary>
/// <param name="Of">The press at a ratio; only LU-KV's depends on it.</param>
/// <param name="Scorer">Null where the file has no scores.</param>
internal sealed record NamedPress(Func<double, IPress> Of, IPressScorer? Scorer)
{
    public NamedPress(IPress press, IPressScorer? scorer)
        : this(_ => press, scorer)
    {
    }
}

/// <summary>Reads presses by their names in the files.</summary>
internal static class PressReader
{
    public static NamedPress Read(JsonElement @case)
    {
        JsonElement press = @case.Field("press");
        return Read(press.Text("name"), press.Optional("args"), @case);
    }

    /// <summary>The press of this name with these arguments.</summary>
    public static NamedPress Read(string name, JsonElement? arguments, JsonElement @case)
    {
        var args = new PressArguments(name, arguments);
        NamedPress press = Read(name, args, @case);
        args.Complete();
        return press;
    }

    private static NamedPress Read(string name, PressArguments args, JsonElement @case)
    {
        switch (name)
        {
            case "Finch":
                var finch = new FinchScore(args.Int("window"), args.Flag("normalize_scores", true));
                IPress chosen = new FinchPress(finch, args.Element("chunk_length")?.AsInt("chunk_length"));
                return new NamedPress(args.Flag("rerotate_keys", true) ? new RerotatedPress(chosen) : chosen, finch);
            case "PyramidKV":
                var window = new WindowScore(args.Int("window_size", 64), args.Int("kernel_size", 5));
                return new NamedPress(new PyramidPress(window, args.Number("beta", 20)), window);
            case "SimLayerKV":
                return new NamedPress(
                    new LazyLayerPress(args.Number("lazy_threshold"), args.Int("n_last", 1), args.Int("n_recent", 1024),
                        args.Int("n_initial", 4)), null);
            case "ThinK":
                return new NamedPress(Channels(args), null);
            case "Composed":
                return new NamedPress(new ComposedPress([.. (args.Element("presses")
                    ?? throw new VectorFormatException("'presses' is missing"))
                    .AsList("presses").Select(step => Step(step, @case))]), null);
            default:
                return Wrapper(name, args, @case) ?? Plain(name, args);
        }
    }

    private static NamedPress? Wrapper(string name, PressArguments args, JsonElement @case)
    {
        if (name == "PerLayer" || name == "KeyRerotation")
        {
            NamedPress inner = Read(args.Text("press", ""), args.Element("press_args"), @case);
            return name == "PerLayer"
                ? new NamedPress(new LayeredPress(inner.Of(0), args.Numbers("compression_ratios")), inner.Scorer)
                : new NamedPress(ratio => new RerotatedPress(inner.Of(ratio)), inner.Scorer);
        }

        Func<IPressScorer, IPress>? wrap = name switch
        {
            "AdaKV" => scorer => new AdaPress(scorer, args.Number("alpha_safeguard", 0.2)),
            "CriticalAdaKV" => scorer => new CriticalAdaPress(
                scorer, args.Number("alpha_safeguard", 0.2), args.Number("epsilon", 1e-4), args.Number("first_stage_ratio", 0.5)),
            "ChunkKV" => scorer => new ChunkKvPress(scorer, args.Int("chunk_length", 20)),
            "Chunk" => scorer => new SlicedPress(scorer, args.Int("chunk_length", 1024)),
            "Block" => scorer => new BlockPress(scorer, args.Int("block_size", 128)),
            "EntropyGatedChunkKV" => scorer => new EntropyGatedPress(scorer, args.Int("chunk_length", 10),
                args.Int("low_entropy_chunk_length", 4)),
            "Merging" => scorer => new MergingPress(scorer, args.Number("similarity_threshold", 0), args.Number("merge_fraction", 1)),
            "DMS" => scorer => Threshold(scorer, args),
            _ => null,
        };
        if (name == "LUKV")
        {
            IPressScorer scorer = PressScorers.Inner(args);
            int sinks = args.Int("sink", 4), last = args.Int("window", 1);
            return new NamedPress(ratio => new CurvePress(scorer, Curve(@case, ratio), sinks, last), scorer);
        }

        if (wrap is null)
        {
            return null;
        }

        IPressScorer inside = PressScorers.Inner(args);
        IPress wrapped = wrap(inside);
        return new NamedPress(wrapped, wrapped as IPressScorer ?? inside);
    }

    /// <summary>A threshold instead of a ratio; whether it goes on while decoding is the kind's business.</summary>
    public static ThresholdPress Threshold(IPressScorer scorer, PressArguments args)
    {
        args.Flag("decoding", false);
        return new ThresholdPress(scorer, args.Number("threshold"), args.Int("sliding_window_size", 128));
    }

    private static NamedPress Plain(string name, PressArguments args)
    {
        IPressScorer scorer = PressScorers.TryRead(name, args) ?? throw new VectorFormatException($"there is no press '{name}'");
        return new NamedPress(new ScorerPress(scorer), scorer);
    }

    private static ChannelPress Channels(PressArguments args) => new(args.Number("key_channel_compression_ratio"),
        args.Int("window_size", 32));

    private static (IPress Press, double Removed) Step(JsonElement step, JsonElement @case)
    {
        double removed = step.Number("compression_ratio", 0);
        return (Read(step.Text("press"), step.Optional("press_args"), @case).Of(removed), removed);
    }

    private static double[][] Curve(JsonElement @case, double ratio)
    {
        foreach (JsonProperty rows in @case.Field("curve_rows").EnumerateObject())
        {
            if (double.Parse(rows.Name, CultureInfo.InvariantCulture) == ratio)
            {
                return [.. rows.Value.AsList("curve_rows")
                    .Select(layer => layer.AsList("curve_rows").Select(x => x.AsNumber("curve_rows")).ToArray())];
            }
        }

        throw new VectorFormatException($"'curve_rows' has no rows for the ratio {ratio}");
    }
}
