using System.Text.Json;

namespace KvCompose.Conformance.Reading;

/// <summary>Reads fields of vector files. A field that must be there and is not is named in the exception.</summary>
public static class VectorJson
{
    /// <summary>The field, or null if it is missing or null.</summary>
    public static JsonElement? Optional(this JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out JsonElement value)
            && value.ValueKind != JsonValueKind.Null
            ? value
            : null;

    /// <summary>The field.</summary>
    /// <exception cref="VectorFormatException">It is missing or null.</exception>
    public static JsonElement Field(this JsonElement element, string name) =>
        element.Optional(name) ?? throw new VectorFormatException($"the field '{name}' is missing");

    /// <summary>A text field, or null if it is missing, null or no text.</summary>
    public static string? OptionalText(this JsonElement element, string name) =>
        element.Optional(name) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;

    /// <summary>A text field.</summary>
    public static string Text(this JsonElement element, string name) =>
        element.OptionalText(name) ?? throw new VectorFormatException($"the field '{name}' is missing or no text");

    /// <summary>An integer field.</summary>
    public static int Int(this JsonElement element, string name) => element.Field(name).AsInt(name);

    /// <summary>An integer field, or the fallback if it is missing or null.</summary>
    public static int Int(this JsonElement element, string name, int fallback) =>
        element.Optional(name)?.AsInt(name) ?? fallback;

    /// <summary>A number field.</summary>
    public static double Number(this JsonElement element, string name) => element.Field(name).AsNumber(name);

    /// <summary>A number field, or the fallback if it is missing or null.</summary>
    public static double Number(this JsonElement element, string name, double fallback) =>
        element.Optional(name)?.AsNumber(name) ?? fallback;

    /// <summary>A boolean field, or the fallback if it is missing or null.</summary>
    public static bool Flag(this JsonElement element, string name, bool fallback) => element.Optional(name) switch
    {
        null => fallback,
        { ValueKind: JsonValueKind.True } => true,
        { ValueKind: JsonValueKind.False } => false,
        _ => throw new VectorFormatException($"the field '{name}' is no boolean"),
    };

    /// <summary>The elements of an array field.</summary>
    public static JsonElement[] List(this JsonElement element, string name) => element.Field(name).AsList(name);

    /// <summary>An array field of integers.</summary>
    public static int[] Ints(this JsonElement element, string name) => element.Field(name).AsInts(name);

    /// <summary>An array field of numbers; null elements are NaN.</summary>
    public static double[] Numbers(this JsonElement element, string name) =>
        [.. element.List(name).Select(value => value.ValueKind == JsonValueKind.Null ? double.NaN : value.AsNumber(name))];

    /// <summary>This array's elements; <paramref name="name"/> only names it in messages.</summary>
    public static JsonElement[] AsList(this JsonElement element, string name) => element.ValueKind == JsonValueKind.Array
        ? [.. element.EnumerateArray()]
        : throw new VectorFormatException($"'{name}' is no array");

    /// <summary>This array's elements as integers.</summary>
    public static int[] AsInts(this JsonElement element, string name) =>
        [.. element.AsList(name).Select(value => value.AsInt(name))];

    /// <summary>This element as an integer. A number such as 8.0 is one.</summary>
    public static int AsInt(this JsonElement element, string name)
    {
        double number = element.AsNumber(name);
        return number == Math.Truncate(number) && Math.Abs(number) <= int.MaxValue
            ? (int)number
            : throw new VectorFormatException($"'{name}' is no 32-bit integer: {number}");
    }

    /// <summary>This element as a number; the words of <see cref="PythonJson"/> are numbers too.</summary>
    public static double AsNumber(this JsonElement element, string name) => element.ValueKind switch
    {
        JsonValueKind.Number when element.TryGetDouble(out double value) => value,
        JsonValueKind.String => element.GetString() switch
        {
            "NaN" => double.NaN,
            "Infinity" => double.PositiveInfinity,
            "-Infinity" => double.NegativeInfinity,
            _ => throw new VectorFormatException($"'{name}' is a text, no number"),
        },
        _ => throw new VectorFormatException($"'{name}' is no number"),
    };
}
