using System.Text.Json;
using KvCompose.Conformance.Reading;
using KvCompose.Reference.SqueezeAttention;

namespace KvCompose.Conformance.Kinds.SecondRow;

/// <summary>SqueezeAttention's groups and budgets of layers.</summary>
public sealed class SqueezeKind() : SecondRowKind("squeeze.layers")
{
    /// <inheritdoc/>
    protected override void Check(JsonElement @case)
    {
        double[][][] before = @case.Tensor("before").Matrices(), after = @case.Tensor("after").Matrices();
        double[] cosines = [.. before.Zip(after, SqueezeBudget.Cosine)];
        Row2.Close(@case, "cosine", cosines);
        int[] classes = SqueezeBudget.Classes(cosines);
        Row2.Same(@case, "classes", classes);
        double initial = @case.Number("initial_share"), small = @case.Number("class3_share");
        Row2.Number(@case, "share_class12", SqueezeBudget.LargeShare(classes, initial, small));
        Row2.Same(@case, "budget", SqueezeBudget.Rows(classes, initial, small, @case.Int("prompt_length")));
    }
}
