using System.Text.Json;
using KvCompose.AspNetCore.Responses;

namespace KvCompose.AspNetCore.Requests;

/// <summary>Members of a JSON object, each with its type checked and named in errors.</summary>
/// <param name="Element">The value.</param>
/// <param name="Name">Its name, with those of what holds it.</param>
internal readonly record struct Field(JsonElement Element, string Name)
{
    private JsonValueKind Kind => Element.ValueKind;

    /// <summary>Its own name.</summary>
    public string Key { get; init; } = Name;

    /// <summary>Whether it is null, which means that it is not given.</summary>
    public bool IsNull => Kind == JsonValueKind.Null;

    public string Text() => Kind == JsonValueKind.String ? Checked() : throw Wrong("a string");

    public bool Flag() => Kind is JsonValueKind.True or JsonValueKind.False ? Element.GetBoolean() : throw Wrong("true or false");

    public int Whole(int least, int most) => Kind == JsonValueKind.Number && Element.TryGetInt32(out int value) && value >= least
        && value <= most
        ? value
        : throw Wrong($"a whole number from {least} to {most}");

    public long Long() => Kind == JsonValueKind.Number && Element.TryGetInt64(out long value) ? value : throw Wrong("a whole number");

    public float Number(double least, double most)
        => Kind == JsonValueKind.Number && Element.TryGetDouble(out double value) && value >= least && value <= most
            ? (float)value
            : throw Wrong(FormattableString.Invariant($"a number from {least} to {most}"));

    /// <summary>The members of an object.</summary>
    public IEnumerable<Field> Members()
    {
        string name = Name;
        return Kind == JsonValueKind.Object
            ? Element.EnumerateObject().Select(member => new Field(member.Value, name.Length == 0 ? member.Name : $"{name}.{member.Name}") { Key = member.Name })
            : throw Wrong("an object");
    }

    /// <summary>The items of an array.</summary>
    public IEnumerable<Field> Items()
    {
        string name = Name;
        return Kind == JsonValueKind.Array
            ? Element.EnumerateArray().Select((item, i) => new Field(item, $"{name}[{i}]"))
            : throw Wrong("an array");
    }

    /// <summary>A member that has to be there.</summary>
    public Field Member(string member) => Kind == JsonValueKind.Object && Element.TryGetProperty(member, out JsonElement value)
        ? new Field(value, $"{Name}.{member}")
        : throw OpenAiException.Invalid($"{Name}.{member}", $"'{Name}.{member}' is missing");

    /// <summary>A member, if it is there and not null.</summary>
    public Field? Optional(string member)
        => Kind == JsonValueKind.Object && Element.TryGetProperty(member, out JsonElement value) && value.ValueKind != JsonValueKind.Null
            ? new Field(value, $"{Name}.{member}")
            : null;

    public OpenAiException Wrong(string expected) => OpenAiException.Invalid(Name, $"'{Name}' must be {expected}", "invalid_type");

    /// <summary>A parameter that is known but cannot be honoured.</summary>
    public OpenAiException Unsupported(string why) => OpenAiException.Invalid(Name, $"'{Name}': {why}", "unsupported_parameter");

    /// <summary>A parameter that is not known.</summary>
    public OpenAiException Unknown() => OpenAiException.Invalid(Name, $"there is no parameter '{Name}'", "unknown_parameter");

    private string Checked()
    {
        try
        {
            return Element.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw Wrong("a string of valid Unicode");
        }
    }
}
