using System.Globalization;
using System.Numerics;
using System.Text.Json;
using System.Text.Json.Nodes;
using KvCompose.Models.Templates.Values;

namespace KvCompose.Models.Templates;

/// <summary>JSON as values of a template. A number with a point or exponent is a float, one without is whole.</summary>
internal static class JsonValues
{
    private const int Deepest = 64;
    private const int LongestNumber = 4300;

    /// <summary>Reads a value.</summary>
    /// <param name="node">The JSON; null is None.</param>
    /// <param name="trusted">Whether its texts may spell control tokens.</param>
    /// <param name="name">Where it stands, for messages.</param>
    /// <exception cref="ArgumentException">It is nested too deeply or holds what JSON does not have.</exception>
    public static object Read(JsonNode? node, bool trusted, string name) => Read(node, trusted, name, 0);

    private static object Read(JsonNode? node, bool trusted, string name, int depth)
    {
        if (depth > Deepest)
        {
            throw new ArgumentException($"{name} is nested more than {Deepest} levels deep");
        }

        switch (node)
        {
            case null:
                return None.Value;
            case JsonArray array:
                return new ListValue([.. array.Select(item => Read(item, trusted, name, depth + 1))]);
            case JsonObject fields:
                var dict = new DictValue();
                foreach ((string key, JsonNode? value) in fields)
                {
                    // A role is a word of the application: templates make control tokens of it.
                    bool role = depth == 0 && key == "role" && value is JsonValue word && word.TryGetValue(out string? text) && IsWord(text);
                    dict.Set(trusted || IsWord(key) ? Text.Of(key) : Text.Content(key), Read(value, trusted || role, name, depth + 1));
                }

                return dict;
            default:
                return Scalar((JsonValue)node, trusted, name);
        }
    }

    private static object Scalar(JsonValue value, bool trusted, string name)
    {
        switch (value.GetValueKind())
        {
            case JsonValueKind.String:
                string text = value.TryGetValue(out string? plain) ? plain : value.ToString();
                return trusted ? Text.Of(text) : Text.Content(text);
            case JsonValueKind.True or JsonValueKind.False:
                return Boxed.Of(value.GetValueKind() == JsonValueKind.True);
            case JsonValueKind.Null:
                return None.Value;
            case JsonValueKind.Number:
                if (value.TryGetValue(out JsonElement _))
                {
                    return Number(value.ToJsonString(), name);
                }

                if (value.TryGetValue(out float single))
                {
                    return (double)single;
                }

                if (value.TryGetValue(out double number))
                {
                    return number;
                }

                return Number(value.ToJsonString(), name);
            default:
                throw new ArgumentException($"{name} holds a value that is not JSON");
        }
    }

    private static object Number(string text, string name)
    {
        if (text.Length > LongestNumber)
        {
            throw new ArgumentException($"{name} holds a number of more than {LongestNumber} characters");
        }

        return text.AsSpan().IndexOfAny('.', 'e', 'E') < 0
            ? BigInteger.Parse(text, CultureInfo.InvariantCulture)
            : double.Parse(text, CultureInfo.InvariantCulture);
    }

    private static bool IsWord(string text) => text.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-');
}
