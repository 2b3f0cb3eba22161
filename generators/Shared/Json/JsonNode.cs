using System.Globalization;

namespace KvCompose.Shared.Json;

/// <summary>A JSON value that knows where it stands, so that every complaint can say so. Lines and columns begin at 1.</summary>
internal sealed class JsonNode(JsonKind kind, int line, int column)
{
    public JsonKind Kind { get; } = kind;

    /// <summary>The text of a string or a number, as it is meant.</summary>
    public string Text { get; set; } = "";

    /// <summary>The elements of a list.</summary>
    public List<JsonNode> Items { get; } = [];

    /// <summary>The members of an object in the order of the text; a later one of the same name wins.</summary>
    public List<KeyValuePair<string, JsonNode>> Members { get; } = [];

    /// <summary>A member that must be there.</summary>
    public JsonNode Member(string name)
    {
        Expect(JsonKind.Object, "an object");
        for (int i = Members.Count - 1; i >= 0; i--)
        {
            if (Members[i].Key == name)
            {
                return Members[i].Value;
            }
        }

        throw Complaint($"'{name}' is missing");
    }

    /// <summary>A finite number.</summary>
    public double Number()
    {
        Expect(JsonKind.Number, "a number");
        return double.TryParse(Text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number)
            && !double.IsInfinity(number) && !double.IsNaN(number)
            ? number
            : throw Complaint($"{Text} is no finite number");
    }

    /// <summary>A whole number within bounds.</summary>
    public int Integer(int minimum, int maximum)
    {
        double number = Number();
        return number >= minimum && number <= maximum && number == Math.Floor(number)
            ? (int)number
            : throw Complaint($"{Text} is no whole number from {CSharpLiteral.Of(minimum)} to {CSharpLiteral.Of(maximum)}");
    }

    public void Expect(JsonKind expected, string name)
    {
        if (Kind != expected)
        {
            throw Complaint($"{name} is expected");
        }
    }

    public JsonFormatException Complaint(string problem) => new(line, column, problem);
}
