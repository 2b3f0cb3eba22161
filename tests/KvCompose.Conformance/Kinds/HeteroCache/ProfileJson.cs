using System.Text.Json;
using KvCompose.Conformance.Comparing;
using KvCompose.Conformance.Reading;

namespace KvCompose.Conformance.Kinds.HeteroCache;

/// <summary>Classes, weights and stars as the vectors write them.</summary>
public static class ProfileJson
{
    /// <summary>Reads <c>classes</c>, <c>alloc</c> and <c>clusters</c>.</summary>
    public static HeadProfile Read(JsonElement inputs) => new(
        inputs.List("classes").Select(row => row.AsInts("classes").Select(c => (HeadClass)c)),
        inputs.List("alloc").Select(row => row.AsList("alloc").Select(w => w.AsNumber("alloc"))),
        inputs.List("clusters").Select(row => Stars(row)));

    /// <summary>Compares <c>classes</c>, <c>clusters</c> and <c>alloc</c>, weights within 1e-9 relative.</summary>
    public static void Same(JsonElement expected, HeadProfile actual)
    {
        JsonElement[] classes = expected.List("classes"), clusters = expected.List("clusters"), weights = expected.List("alloc");
        Expect.Equal(classes.Length, actual.Layers, "layers");
        for (int layer = 0; layer < classes.Length; layer++)
        {
            Expect.Equal<int>(classes[layer].AsInts("classes"), [.. actual.Classes[layer].Select(c => (int)c)], $"classes[{layer}]");
            SameStars(clusters[layer], actual.Stars[layer], $"clusters[{layer}]");
            Expect.Close([.. weights[layer].AsList("alloc").Select(w => w.AsNumber("alloc"))], actual.Weights[layer].AsSpan(), 1e-9, 0,
                $"alloc[{layer}]");
        }
    }

    /// <summary>Compares an ordered list of stars.</summary>
    public static void SameStars(JsonElement expected, IReadOnlyList<PivotGroup> actual, string what)
    {
        PivotGroup[] stars = [.. Stars(expected)];
        Expect.Equal<int>([.. stars.Select(star => star.Pivot)], [.. actual.Select(star => star.Pivot)], $"{what}, pivots");
        for (int i = 0; i < stars.Length; i++)
        {
            Expect.Equal<int>(stars[i].Satellites.AsSpan(), actual[i].Satellites.AsSpan(), $"{what}, satellites of {stars[i].Pivot}");
        }
    }

    private static IEnumerable<PivotGroup> Stars(JsonElement layer) => layer.AsList("clusters").Select(star =>
        star.AsList("clusters") is [var pivot, var satellites]
            ? new PivotGroup(pivot.AsInt("clusters"), satellites.AsInts("clusters"))
            : throw new VectorFormatException("a star is [pivot, [satellites]]"));
}
