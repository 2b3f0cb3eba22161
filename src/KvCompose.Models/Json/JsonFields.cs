using System.Text.Json;

namespace KvCompose.Models.Json;

/// <summary>Typed access to the fields of a JSON object, with errors that name field and value.</summary>
/// <param name="element">The object.</param>
/// <param name="error">Makes the exception for a problem.</param>
/// <param name="path">Where the object stands in its file, with a dot at the end.</param>
internal readonly struct JsonFields(JsonElement element, Func<string, ModelLoadException> error, string path = "")
{
    public bool Has(string field) => element.TryGetProperty(field, out JsonElement value) && value.ValueKind != JsonValueKind.Null;

    /// <summary>Whether the field is there, null or not.</summary>
    public bool Declares(string field) => element.TryGetProperty(field, out _);

    /// <summary>Names of all fields that are not null.</summary>
    public IEnumerable<string> Names
        => element.EnumerateObject().Where(static property => property.Value.ValueKind != JsonValueKind.Null).Select(static property => property.Name);

    public JsonElement this[string field] => Has(field) ? element.GetProperty(field) : throw Missing(field);

    public JsonFields Object(string field)
    {
        JsonElement value = this[field];
        return value.ValueKind == JsonValueKind.Object
            ? new JsonFields(value, error, $"{path}{field}.")
            : throw Wrong(field, value, "an object");
    }

    /// <summary>All fields, each an integer. A look-up by name would take quadratic time over a vocabulary.</summary>
    public IEnumerable<(string Name, int Value)> Integers(int least, int most)
    {
        foreach (JsonProperty property in element.EnumerateObject())
        {
            yield return (property.Name, ReadInteger(property.Name, property.Value, least, most));
        }
    }

    /// <summary>The objects of a list.</summary>
    public IEnumerable<JsonFields> Objects(string field)
    {
        JsonFields fields = this;
        string place = $"{path}{field}";
        Func<string, ModelLoadException> report = error;
        return List(field).Select((item, i) => item.ValueKind == JsonValueKind.Object
            ? new JsonFields(item, report, $"{place}[{i}].")
            : throw fields.Wrong($"{field}[{i}]", item, "an object"));
    }

    public JsonElement.ArrayEnumerator List(string field)
    {
        JsonElement value = this[field];
        return value.ValueKind == JsonValueKind.Array ? value.EnumerateArray() : throw Wrong(field, value, "a list");
    }

    public int Integer(string field, int least, int most, int? absent = null)
    {
        if (!Has(field))
        {
            return absent ?? throw Missing(field);
        }

        return ReadInteger(field, this[field], least, most);
    }

    public double Number(string field, double above, double most, double? absent = null)
    {
        if (!Has(field))
        {
            return absent ?? throw Missing(field);
        }

        JsonElement value = this[field];
        return value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out double number) && number > above && number <= most
            ? number
            : throw Wrong(field, value, $"a number above {above:R} and at most {most:R}");
    }

    public bool Flag(string field, bool absent)
    {
        if (!Has(field))
        {
            return absent;
        }

        JsonElement value = this[field];
        return value.ValueKind switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            _ => throw Wrong(field, value, "true or false"),
        };
    }

    public string? Text(string field)
    {
        if (!Has(field))
        {
            return null;
        }

        JsonElement value = this[field];
        return value.ValueKind == JsonValueKind.String ? value.GetString() : throw Wrong(field, value, "a string");
    }

    public int[] IntegerOrList(string field, int least, int most)
    {
        if (!Has(field))
        {
            return [];
        }

        JsonElement value = element.GetProperty(field);
        if (value.ValueKind != JsonValueKind.Array)
        {
            return [Integer(field, least, most)];
        }

        var numbers = new int[value.GetArrayLength()];
        int i = 0;
        foreach (JsonElement item in value.EnumerateArray())
        {
            numbers[i++] = ReadInteger(field, item, least, most);
        }

        return numbers;
    }

    /// <summary>A string that must be there.</summary>
    public string RequiredText(string field) => Text(field) ?? throw Missing(field);

    /// <summary>The error for a value that is understood and refused.</summary>
    public ModelLoadException Unsupported(string field, string supported) => Wrong(field, this[field], supported);

    /// <summary>A field as the file spells it, cut where it is long.</summary>
    public string Shown(string field)
    {
        string raw = this[field].GetRawText();
        return raw.Length <= 80 ? raw : raw[..80] + "…";
    }

    /// <summary>The numbers of a list.</summary>
    public float[] Floats(string field)
    {
        JsonFields fields = this;
        return [.. List(field).Select((item, i) => item.ValueKind == JsonValueKind.Number && item.TryGetSingle(out float number) && float.IsFinite(number)
            ? number
            : throw fields.Wrong($"{field}[{i}]", item, "a number"))];
    }

    /// <summary>Any error of this object.</summary>
    public ModelLoadException Error(string problem) => error(problem);

    public ModelLoadException Missing(string field) => error($"'{path}{field}' is missing");

    public ModelLoadException Wrong(string field, string value, string expected)
        => error($"'{path}{field}' is {value}, expected {expected}");

    private int ReadInteger(string field, JsonElement value, int least, int most)
        => value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int number) && number >= least && number <= most
            ? number
            : throw Wrong(field, value, $"an integer from {least} to {most}");

    private ModelLoadException Wrong(string field, JsonElement value, string expected)
    {
        string raw = value.GetRawText();
        return Wrong(field, raw.Length <= 80 ? raw : raw[..80] + "…", expected);
    }
}
