using KvCompose.Reference;
using KvCompose.Reference.Presses;

namespace KvCompose.IntegrationTests.Oracle;

/// <summary>A layer of the plain transformer as the scorers of the reference see it: rotations are taken back.</summary>
internal static class PlainLayers
{
    /// <summary>The layer.</summary>
    /// <param name="model">The model.</param>
    /// <param name="rows">What its tokens are projected to.</param>
    /// <param name="promptTokens">Tokens of the prompt.</param>
    public static PressLayer Of(PlainModel model, PlainRows rows, int promptTokens)
    {
        HeadLayout heads = model.Heads;
        var rotary = new Rotary([.. Enumerable.Range(0, heads.HeadDim / 2).Select(i => Math.Pow(model.RopeTheta, -2.0 * i / heads.HeadDim))]);
        double[][][] sketch = [.. Enumerable.Range(0, heads.KeyValueHeads).Select(head
            => Runtime.LayerObservations.Sketch(0, rows.Layer, head, heads.HeadDim).Chunk(Runtime.LayerObservations.SketchDimensions).ToArray())];
        double[][][] queries = Split(rows.Queries, heads.QueryHeads), keys = Split(rows.Keys, heads.KeyValueHeads);
        return new PressLayer
        {
            Heads = heads,
            Index = rows.Layer,
            Layers = model.Globals.Length,
            PlainQueries = Unrotated(queries),
            PlainKeys = Unrotated(keys),
            QueryPositions = rows.Positions,
            Keys = keys,
            Values = rows.Values.Length == 0 ? [] : Split(rows.Values, heads.KeyValueHeads),
            Rotary = rotary,
            OutputProjection = [.. rows.OutputProjection.Chunk(heads.QueryHeads * heads.HeadDim)],
            SoftCap = model.SoftCap,
            Sketch = sketch,
            FirstPosition = promptTokens,
        };

        double[][][] Split(float[] elements, int count)
            => [.. elements.Chunk(elements.Length / count).Select(head => head.Chunk(heads.HeadDim).Select(row => row.Select(x => (double)x).ToArray()).ToArray())];

        double[][][] Unrotated(double[][][] rotated)
            => [.. rotated.Select(head => head.Select((row, i) => rotary.Rotate(row, -rows.Positions[i])).ToArray())];
    }
}

/// <summary>The second stage of a choice.</summary>
/// <param name="Share">Share of the tokens chosen that the scores alone decide.</param>
/// <param name="Refine">Scores of the others, [Hkv][tokens].</param>
internal sealed record PlainSecondStage(double Share, Func<PressLayer, double[][], double[][]> Refine);

/// <summary>Scores of a whole layer by a scorer of the reference.</summary>
/// <param name="Score">Scores, [Hkv][tokens].</param>
internal sealed record PlainLayerScore(Func<PressLayer, double[][]> Score);
