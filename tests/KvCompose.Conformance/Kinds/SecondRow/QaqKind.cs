using System.Text.Json;
using KvCompose.Conformance.Comparing;
using KvCompose.Conformance.Reading;
using KvCompose.Reference.Qaq;

namespace KvCompose.Conformance.Kinds.SecondRow;

/// <summary>QAQ of a whole cache: outliers, bits, and what reading gives back.</summary>
public sealed class QaqKind() : SecondRowKind("qaq.quantize")
{
    /// <inheritdoc/>
    protected override void Check(JsonElement @case)
    {
        QaqSettings settings = Settings(@case);
        var tensor = new QaqTensor(@case, settings.Level);
        QaqResult[] exact = tensor.Quantize(settings, QaqRule.ReferenceExact);
        Outliers(@case, tensor, exact);
        Row2.Same(@case, "bits", exact.Select(group => group.Bits));
        Row2.Number(@case, "average_bits",
            new QaqQuantizer(settings, QaqRule.ReferenceExact).AverageBits(exact.Select(group => group.Bits)));
        Row2.Close(@case, "mean_and_step", exact.SelectMany(group => (double[])[group.Offset, group.Step]));
        Read(@case, "reference_exact", tensor, exact, @case.IndexTensor("near_ties").Values);
        if (@case.Optional("default") is not null)
        {
            Read(@case, "default", tensor, tensor.Quantize(settings, QaqRule.Code), @case.IndexTensor("near_ties").Values);
        }

        if (@case.Optional("paper") is { } paper)
        {
            QaqResult[] own = tensor.Quantize(settings, QaqRule.Paper);
            Row2.Same(paper, "bits", own.Select(group => group.Bits));
            Row2.Close(paper, "min_and_step", own.SelectMany(group => (double[])[group.Offset, group.Step]));
            Read(paper, "x", tensor, own, paper.IndexTensor("near_ties").Values);
        }
    }

    private static void Outliers(JsonElement @case, QaqTensor tensor, QaqResult[] groups)
    {
        IEnumerable<int> flat = groups.SelectMany((group, g) => tensor.Indices(g).Where((_, i) => group.Outlier[i]));
        Expect.SameSet(@case.IndexTensor("outliers").Values, [.. flat], "outliers");
    }

    private static void Read(JsonElement @case, string name, QaqTensor tensor, QaqResult[] groups, int[] nearTies)
    {
        double[] expected = @case.Tensor(name).Doubles(), actual = [.. expected];
        HashSet<int> ties = [.. nearTies];
        for (int g = 0; g < groups.Length; g++)
        {
            foreach ((int i, int index) in tensor.Indices(g).Index())
            {
                double value = groups[g].Read[i];
                if (ties.Contains(index))
                {
                    Expect.Close(expected[index], value, 0, groups[g].Step * 1.001, $"{name}[{index}], a tie");
                    continue;
                }

                actual[index] = value;
            }
        }

        Row2.Close(expected, actual, name);
    }

    private static QaqSettings Settings(JsonElement @case)
    {
        bool aware = @case.Flag("attention_aware", true);
        return new QaqSettings(
            @case.Text("cache") switch
            {
                "key" => true,
                "value" => false,
                var other => throw new VectorFormatException($"there is no cache '{other}'"),
            },
            @case.Text("level") switch
            {
                "token" => QaqLevel.Token,
                "layer" => QaqLevel.Layer,
                "head" => QaqLevel.Head,
                var other => throw new VectorFormatException($"there is no level '{other}'"),
            },
            @case.Text("method") switch
            {
                "uniform" => QaqMethod.Uniform,
                "normal" => QaqMethod.Normal,
                var other => throw new VectorFormatException($"there is no method '{other}'"),
            },
            @case.Number("outlier_share"),
            aware ? null : @case.Int("bits_uniform"),
            @case.Int("window", 5),
            @case.Number("tau", 1),
            @case.Int("bits_min", 1),
            @case.Int("bits_max", 4),
            @case.Number("query_norm_squared", 300),
            @case.Flag("symmetric", false));
    }
}
