using System.Globalization;
using KvCompose.Shared.Json;

namespace KvCompose.Shared.Profiles;

/// <summary>Reads the text of a profile.</summary>
internal static class ProfileReader
{
    private const int MostLayers = 1024;
    private const int MostHeads = 4096;

    /// <exception cref="JsonFormatException">The text is no profile of this kind.</exception>
    public static ProfileSpec Read(ProfileKind kind, string file, string text)
        => kind switch
        {
            ProfileKind.ActingLayer => ActingLayer(file, JsonReader.Read(text)),
            ProfileKind.FilterLayers => FilterLayers(file, JsonReader.Read(text)),
            ProfileKind.HeadRoles => HeadRoleReader.Read(file, JsonReader.Read(text)),
            _ => HeadScores(file, JsonReader.Read(text)),
        };

    private static ProfileSpec ActingLayer(string file, JsonNode root)
    {
        int layers = root.Member("layers").Integer(1, MostLayers);
        return new ProfileSpec(file, layers, 0, [root.Member("layer").Integer(0, layers - 1)]);
    }

    private static ProfileSpec FilterLayers(string file, JsonNode root)
    {
        int layers = root.Member("layers").Integer(1, MostLayers);
        JsonNode list = root.Member("filters");
        list.Expect(JsonKind.List, "a list of layers");
        var filters = new List<double>();
        foreach (JsonNode layer in list.Items)
        {
            int filter = layer.Integer(0, layers - 1);
            filters.Add(filters.Count == 0 || filter > filters[filters.Count - 1] ? filter : throw layer.Complaint($"layer {layer.Text} does not come behind the one before it"));
        }

        return filters.Count > 0
            ? new ProfileSpec(file, layers, 0, filters.ToEquatableArray())
            : throw list.Complaint("no layer filters");
    }

    private static ProfileSpec HeadScores(string file, JsonNode root)
    {
        root.Expect(JsonKind.Object, "an object");
        var scores = new Dictionary<(int Layer, int Head), double>();
        foreach (KeyValuePair<string, JsonNode> member in root.Members)
        {
            if (HeadOf(member.Key) is not { } head)
            {
                throw member.Value.Complaint($"'{member.Key}' is no head; heads are named by layer and head, such as \"0-3\"");
            }

            scores[head] = Mean(member.Value);
        }

        if (scores.Count == 0)
        {
            throw root.Complaint("the profile has no heads");
        }

        int layers = scores.Keys.Max(static head => head.Layer) + 1, heads = scores.Keys.Max(static head => head.Head) + 1;
        var values = new double[layers * heads];
        for (int i = 0; i < values.Length; i++)
        {
            (int, int) head = (i / heads, i % heads);
            values[i] = scores.TryGetValue(head, out double score)
                ? score
                : throw root.Complaint($"head \"{CSharpLiteral.Of(i / heads)}-{CSharpLiteral.Of(i % heads)}\" is missing: every layer has the same heads");
        }

        return values.Any(static score => score > 0)
            ? new ProfileSpec(file, layers, heads, values.ToEquatableArray())
            : throw root.Complaint("all scores are zero");
    }

    private static (int Layer, int Head)? HeadOf(string name)
    {
        string[] parts = name.Split('-');
        return parts.Length == 2
            && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out int layer) && layer < MostLayers
            && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out int head) && head < MostHeads
            ? (layer, head)
            : null;
    }

    /// <summary>The mean of a list of scores, or the one score.</summary>
    private static double Mean(JsonNode node)
    {
        IReadOnlyList<JsonNode> items = node.Kind == JsonKind.List ? node.Items : [node];
        if (items.Count == 0)
        {
            throw node.Complaint("a head has at least one score");
        }

        double sum = 0;
        foreach (JsonNode item in items)
        {
            sum += item.Number() is >= 0 and var score ? score : throw item.Complaint($"score {item.Text} is negative");
        }

        return sum / items.Count;
    }
}
