using System.Globalization;
using KvCompose.Shared.Json;

namespace KvCompose.Shared.Profiles;

/// <summary>Reads the profile file that HeteroCache's calibration writes, and holds it to the rules that a session holds it to.</summary>
internal static class HeadRoleReader
{
    /// <exception cref="JsonFormatException">The text is no such profile.</exception>
    public static ProfileSpec Read(string file, JsonNode root)
    {
        int[][] classes = Rows(root.Member(HeadProfileFields.Classes), static head => head.Integer(int.MinValue, int.MaxValue));
        double[][] weights = Rows(root.Member(HeadProfileFields.Weights), static head => head.Number());
        JsonNode relations = root.Member(HeadProfileFields.Stars);
        relations.Expect(JsonKind.List, "a list");
        PivotGroup[][] stars = [.. relations.Items.Select(Stars)];
        foreach (HeadProfileProblem problem in HeadProfileRules.Structure(classes, weights, stars).Concat(HeadProfileRules.MeanWeight(weights)))
        {
            throw root.Member(problem.Field.Split('[')[0]).Complaint($"{problem.Field} is {problem.Value}; {problem.Rule}");
        }

        CheckCounts(root.Member(HeadProfileFields.Meta).Member(HeadProfileFields.Counts), classes);
        return new ProfileSpec(file, classes.Length, classes[0].Length, weights.SelectMany(static row => row).ToEquatableArray())
        {
            Roles = new HeadRoleTable(
                classes.SelectMany(static row => row).ToEquatableArray(),
                stars.SelectMany(static (row, layer) => row.Select(star => new StarSpec(layer, star.Pivot, star.Satellites.ToEquatableArray()))).ToEquatableArray()),
        };
    }

    private static T[][] Rows<T>(JsonNode matrix, Func<JsonNode, T> read)
    {
        matrix.Expect(JsonKind.List, "a list of layers");
        return [.. matrix.Items.Select(row =>
        {
            row.Expect(JsonKind.List, "a list of heads");
            return row.Items.Select(read).ToArray();
        })];
    }

    private static PivotGroup[] Stars(JsonNode layer)
    {
        layer.Expect(JsonKind.Object, "an object");
        return [.. layer.Members.Select(static star =>
        {
            star.Value.Expect(JsonKind.List, "a list of satellites");
            return int.TryParse(star.Key, NumberStyles.None, CultureInfo.InvariantCulture, out int pivot)
                ? new PivotGroup(pivot, star.Value.Items.Select(static head => head.Integer(int.MinValue, int.MaxValue)))
                : throw star.Value.Complaint($"'{star.Key}' is no head");
        })];
    }

    /// <summary>A file whose parts were taken from different models shows here.</summary>
    private static void CheckCounts(JsonNode counts, int[][] classes)
    {
        counts.Expect(JsonKind.Object, "an object");
        foreach ((HeadClass headClass, string name, string oldName) in HeadProfileFields.ClassNames)
        {
            JsonNode count = counts.Member(counts.Members.Any(member => member.Key == oldName) ? oldName : name);
            int heads = classes.Sum(row => row.Count(head => head == (int)headClass));
            if (count.Number() != heads)
            {
                throw count.Complaint($"{count.Text} {name} heads are counted, but {HeadProfileFields.Classes} has {CSharpLiteral.Of(heads)}");
            }
        }
    }
}
