using System.Text.Json;
using KvCompose.Conformance.Comparing;
using KvCompose.Conformance.Reading;
using KvCompose.Conformance.Running;
using KvCompose.Reference.Presses;

namespace KvCompose.Conformance.Kinds.KvPress;

/// <summary>The tensors of one layer, and what scorers make of them.</summary>
public sealed class LayerScoresKind : FolderKind
{
    private const double TensorTolerance = 5e-5;

    /// <inheritdoc/>
    public override string Name => "layer";

    /// <inheritdoc/>
    protected override void Check(JsonElement @case, string folder)
    {
        var prompt = new PromptRun(@case, folder);
        PressLayer own = prompt.Layers[@case.Int("layer")];
        Close(@case, "q_pre", own.PlainQueries);
        Close(@case, "k_pre", own.PlainKeys);
        Close(@case, "q", own.LastQueries(own.PassRows));
        Close(@case, "k", own.Keys);
        Close(@case, "v", own.Values);
        PressLayer given = own with
        {
            PlainQueries = @case.Tensor("q_pre").Matrices(),
            PlainKeys = @case.Tensor("k_pre").Matrices(),
            Keys = @case.Tensor("k").Matrices(),
            Values = @case.Tensor("v").Matrices(),
        };
        foreach ((int index, JsonElement entry) in @case.List("scores").Index())
        {
            string name = entry.Text("press");
            IPressScorer scorer = PressScorers.Read(name, entry.Optional("args"));
            PressLayer layer = given with
            {
                Sketch = entry.Optional("sketch") is null ? null : entry.Tensor("sketch").Matrices(),
                Projection = entry.Optional("projection") is null ? null : entry.Tensor("projection").Matrix(),
            };
            PressCheck.LayerScores(entry.Tensor("scores").Matrix(), layer, scorer, entry.Number("compression_ratio", 0),
                $"scores[{index}], {name}");
        }
    }

    private static void Close(JsonElement @case, string name, double[][][] actual)
    {
        if (@case.Optional(name) is not null)
        {
            Expect.Close(@case.Tensor(name).Doubles(), PressCheck.Flat(actual), 0, TensorTolerance, name);
        }
    }
}
