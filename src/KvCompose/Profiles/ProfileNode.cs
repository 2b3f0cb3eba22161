using System.Globalization;
using System.Text.Json;

namespace KvCompose;

/// <summary>A JSON value that knows where it stands, so that every complaint can say so.</summary>
internal sealed class ProfileNode(string file, string path, JsonElement element)
{
    private readonly string name = path[(path.LastIndexOf('.') + 1)..];

    public ProfileNode Member(string member) =>
        TryMember(member) ?? throw new HeadProfileException(file, Below(member), "missing", "a profile has it");

    public ProfileNode? TryMember(string member)
    {
        Require(JsonValueKind.Object, "an object is expected");
        return element.TryGetProperty(member, out JsonElement value) ? new ProfileNode(file, Below(member), value) : null;
    }

    /// <summary>Members in the order of the file, which is part of the profile.</summary>
    public IEnumerable<ProfileNode> Members()
    {
        Require(JsonValueKind.Object, "an object is expected");
        return element.EnumerateObject().Select(property => new ProfileNode(file, Below(property.Name), property.Value));
    }

    /// <summary>As <see cref="Members"/>, with their names as they stand in the file.</summary>
    public IEnumerable<(string Name, ProfileNode Value)> NamedMembers()
    {
        Require(JsonValueKind.Object, "an object is expected");
        return element.EnumerateObject().Select(property => (property.Name, new ProfileNode(file, Below(property.Name), property.Value)));
    }

    public IEnumerable<ProfileNode> Items()
    {
        Require(JsonValueKind.Array, "a list is expected");
        return element.EnumerateArray().Select((item, index) => new ProfileNode(file, $"{path}[{index}]", item));
    }

    public int Integer() => element.ValueKind == JsonValueKind.Number && element.TryGetInt32(out int value)
        ? value
        : throw Complaint("a whole number is expected");

    public double Number() => element.ValueKind == JsonValueKind.Number
        ? element.GetDouble()
        : throw Complaint("a number is expected");

    /// <summary>The mean of a list of numbers, or the one number.</summary>
    public double Mean()
    {
        if (element.ValueKind != JsonValueKind.Array)
        {
            return Number();
        }

        double[] numbers = [.. Items().Select(static item => item.Number())];
        return numbers.Length > 0 ? numbers.Average() : throw Complaint("a head has at least one score");
    }

    public int NameAsHead() => int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out int head)
        ? head
        : throw new HeadProfileException(file, path, "named " + name, "a star is named by the number of its pivot");

    public void Expect(int expected, string rule)
    {
        if (Integer() != expected)
        {
            throw Complaint(rule);
        }
    }

    private void Require(JsonValueKind kind, string rule)
    {
        if (element.ValueKind != kind)
        {
            throw Complaint(rule);
        }
    }

    private string Below(string member) => path == "the text" ? member : $"{path}.{member}";

    private HeadProfileException Complaint(string rule)
    {
        string text = element.GetRawText();
        return new HeadProfileException(file, path, text.Length <= 60 ? text : text[..60] + "…", rule);
    }
}
