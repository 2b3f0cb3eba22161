using System.Globalization;

namespace KvCompose;

/// <summary>
/// What makes classes, weights and stars a profile. Plain arrays in, every broken rule out, so that a compiler can list them
/// all and a run can stop at the first.
/// </summary>
internal static class HeadProfileRules
{
    private const double WeightTolerance = 1e-6;

    /// <summary>Rules that every profile obeys. Later rules assume the earlier ones: shapes are reported alone.</summary>
    public static IEnumerable<HeadProfileProblem> Structure(
        IReadOnlyList<int[]> classes, IReadOnlyList<double[]> weights, IReadOnlyList<PivotGroup[]> stars)
    {
        var shape = Shape(classes, weights, stars).ToList();
        if (shape.Count > 0)
        {
            return shape;
        }

        return Enumerable.Range(0, classes.Count).SelectMany(
            layer => Heads(layer, classes[layer], weights[layer]).Concat(Stars(layer, classes[layer], stars[layer])));
    }

    /// <summary>The mean weight of the compressible heads is 1: otherwise the memory held is not the ratio asked for.</summary>
    public static IEnumerable<HeadProfileProblem> MeanWeight(IReadOnlyList<double[]> weights)
    {
        double[] compressible = [.. weights.SelectMany(row => row).Where(weight => weight >= 0)];
        double sum = compressible.Sum();
        if (Math.Abs(sum - compressible.Length) > WeightTolerance * compressible.Length)
        {
            yield return new(HeadProfileFields.Weights, $"of sum {Text(sum)} over the compressible heads",
                $"the sum is their number, {compressible.Length}");
        }
    }

    private static IEnumerable<HeadProfileProblem> Shape(
        IReadOnlyList<int[]> classes, IReadOnlyList<double[]> weights, IReadOnlyList<PivotGroup[]> stars)
    {
        if (classes.Count == 0 || classes[0].Length == 0)
        {
            yield return new(HeadProfileFields.Classes, "empty", "a profile has at least one layer and one key-value head");
            yield break;
        }

        foreach ((string field, int layers) in new[] { (HeadProfileFields.Weights, weights.Count), (HeadProfileFields.Stars, stars.Count) })
        {
            if (layers != classes.Count)
            {
                yield return new(field, $"{layers} layers long", $"{HeadProfileFields.Classes} has {classes.Count} layers");
            }
        }

        int heads = classes[0].Length;
        var rows = classes.Select((row, layer) => (Field: $"{HeadProfileFields.Classes}[{layer}]", row.Length))
            .Concat(weights.Select((row, layer) => (Field: $"{HeadProfileFields.Weights}[{layer}]", row.Length)));
        foreach ((string field, int length) in rows.Where(row => row.Length != heads))
        {
            yield return new(field, $"{length} heads long", $"layer 0 has {heads} key-value heads");
        }
    }

    private static IEnumerable<HeadProfileProblem> Heads(int layer, int[] classes, double[] weights)
    {
        for (int head = 0; head < classes.Length; head++)
        {
            string place = $"[{layer}][{head}]";
            if (classes[head] is < (int)HeadClass.Anchor or > (int)HeadClass.Satellite)
            {
                yield return new(HeadProfileFields.Classes + place, $"{classes[head]}",
                    "a class is 1 (anchor), 2 (volatile), 3 (pivot) or 4 (satellite)");
            }
            else if (((HeadClass)classes[head]).IsFull())
            {
                if (weights[head] != HeadProfileFields.FullWeight)
                {
                    yield return new(HeadProfileFields.Weights + place, Text(weights[head]), "a volatile or pivot head has weight -1");
                }
            }
            else if (!(weights[head] >= 0) || double.IsInfinity(weights[head]))
            {
                yield return new(HeadProfileFields.Weights + place, Text(weights[head]),
                    "an anchor or satellite has a finite weight of at least 0");
            }
        }
    }

    private static IEnumerable<HeadProfileProblem> Stars(int layer, int[] classes, PivotGroup[] stars)
    {
        string field = $"{HeadProfileFields.Stars}[{layer}]";
        var membership = new int[classes.Length];
        foreach (PivotGroup star in stars)
        {
            foreach ((int head, HeadClass role) in
                star.Satellites.Select(satellite => (satellite, HeadClass.Satellite)).Prepend((star.Pivot, HeadClass.Pivot)))
            {
                if (head < 0 || head >= classes.Length)
                {
                    yield return new(field, $"naming head {head}", $"a layer has heads 0 to {classes.Length - 1}");
                }
                else if (classes[head] != (int)role)
                {
                    yield return new(field, $"naming head {head} as a {Name(role)}", $"its class is {classes[head]}");
                }
                else
                {
                    membership[head]++;
                }
            }

            if (star.Satellites.IsEmpty)
            {
                yield return new($"{field}.{star.Pivot}", "empty", "a pivot has at least one satellite");
            }
        }

        for (int head = 0; head < classes.Length; head++)
        {
            if (classes[head] is (int)HeadClass.Pivot or (int)HeadClass.Satellite && membership[head] != 1)
            {
                yield return new(field, $"naming head {head} {membership[head]} times",
                    $"a {Name((HeadClass)classes[head])} belongs to exactly one star of its layer");
            }
        }
    }

    private static string Name(HeadClass role) => HeadProfileFields.ClassNames[(int)role - 1].Name;

    private static string Text(double value) => value.ToString("R", CultureInfo.InvariantCulture);
}
