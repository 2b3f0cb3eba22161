using System.Text.Json;

namespace KvCompose;

/// <summary>Reads the profile file of the method's authors, with today's class names or the older ones.</summary>
internal static class HeadProfileReader
{
    public static HeadProfile Read(string json, string file)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            return Read(document.RootElement, file);
        }
        catch (JsonException broken)
        {
            throw new HeadProfileException(file, "the text", "not JSON", broken.Message, broken);
        }
    }

    private static HeadProfile Read(JsonElement root, string file)
    {
        var node = new ProfileNode(file, "the text", root);
        int[][] classes = Rows(node.Member(HeadProfileFields.Classes), head => head.Integer());
        double[][] weights = Rows(node.Member(HeadProfileFields.Weights), head => head.Number());
        PivotGroup[][] stars = [.. node.Member(HeadProfileFields.Stars).Items().Select(Stars)];
        foreach (HeadProfileProblem problem in
            HeadProfileRules.Structure(classes, weights, stars).Concat(HeadProfileRules.MeanWeight(weights)))
        {
            throw new HeadProfileException(file, problem.Field, problem.Value, problem.Rule);
        }

        var profile = new HeadProfile(classes.Select(row => row.Select(c => (HeadClass)c)), weights, stars);
        CheckMeta(node.Member(HeadProfileFields.Meta), profile);
        return profile;
    }

    private static T[][] Rows<T>(ProfileNode matrix, Func<ProfileNode, T> read) =>
        [.. matrix.Items().Select(row => row.Items().Select(read).ToArray())];

    private static PivotGroup[] Stars(ProfileNode layer) =>
        [.. layer.Members().Select(star => new PivotGroup(star.NameAsHead(), star.Items().Select(head => head.Integer())))];

    private static void CheckMeta(ProfileNode meta, HeadProfile profile)
    {
        ProfileNode counts = meta.Member(HeadProfileFields.Counts);
        ProfileNode? types = meta.TryMember(HeadProfileFields.TypeMap);
        foreach ((HeadClass headClass, string name, string oldName) in HeadProfileFields.ClassNames)
        {
            ProfileNode count = counts.TryMember(name) ?? counts.TryMember(oldName) ?? counts.Member(name);
            count.Expect(profile.Count(headClass), $"{HeadProfileFields.Classes} has {profile.Count(headClass)} heads of this class");
            (types?.TryMember(name) ?? types?.TryMember(oldName))?.Expect((int)headClass, $"the class has number {(int)headClass}");
        }
    }
}
