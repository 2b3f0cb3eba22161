using System.Text.Json;
using KvCompose.Conformance.Comparing;
using KvCompose.Conformance.Reading;
using KvCompose.Reference;

namespace KvCompose.Conformance.Kinds.FastKv;

/// <summary>GemFilter's choice of prompt tokens.</summary>
public sealed class GemFilterKind : SelectorKind
{
    /// <inheritdoc/>
    public override string Name => "gemfilter.layer";

    /// <inheritdoc/>
    protected override void Check(JsonElement @case)
    {
        JsonElement parameters = @case.Field("params"), expected = @case.Field("expected");
        if (parameters.Flag("softmax", false) || parameters.Flag("scale", false))
        {
            throw new VectorFormatException("only raw products are known: neither 'softmax' nor 'scale'");
        }

        HeadLayout layout = CaseParameters.Layout(@case);
        double[] scores = Reference.GemFilter.Scores(
            layout,
            CaseParameters.Queries(@case, "q_last", 1).Slice(0),
            CaseParameters.Keys(@case).Slice(0),
            CaseParameters.Pooling(parameters),
            parameters.Int("kernel"));
        int[] kept = Reference.GemFilter.Keep(scores, CaseParameters.Retention(parameters, "topk"));
        JsonElement? cut = expected.Optional("cut");
        Selection.Same(expected.Ints("kept_token_positions"), kept, Selection.Loose(cut), "kept_token_positions");
        Selection.Same(expected.Ints("indices"), kept, Selection.Loose(cut), "indices");
        SelectionCheck.Cut(cut, scores, "cut");
        bool last = kept.Contains(scores.Length - 1);
        Expect.Equal(expected.Flag("last_token_kept", last), last, "last_token_kept");
        Expect.True(kept.SequenceEqual(kept.Order()), "the kept positions are not ascending");
        if (expected.Optional("scores") is not null)
        {
            Expect.CloseToRowMaximum(
                expected.Tensor("scores").Doubles(), scores, SelectionCheck.ScoreTolerance, "scores");
        }
    }
}
