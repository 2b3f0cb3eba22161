using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace KvCompose.Models.Sampling.Grammars;

/// <summary>Makes grammar nodes of a JSON schema.</summary>
/// <param name="root">The whole schema, which references look into.</param>
internal sealed class SchemaCompiler(JsonNode? root)
{
    private const int DeepestSchema = 64;
    private const int MostRepeats = 100_000;

    private static readonly HashSet<string> Annotations =
    [
        "title", "description", "default", "examples", "$schema", "$id", "$comment", "$anchor", "deprecated", "readOnly", "writeOnly",
        "$defs", "definitions", "contentMediaType", "contentEncoding",
    ];

    private static readonly string[] AllTypes = ["object", "array", "string", "number", "boolean", "null"];

    private readonly Dictionary<string, ReferenceNode> _references = [];

    public GrammarNode Compile() => Compile(root, "#", 0);

    private GrammarNode Compile(JsonNode? schema, string path, int depth)
    {
        if (depth > DeepestSchema)
        {
            throw new GrammarException(path, $"it is nested more than {DeepestSchema} levels deep");
        }

        if (schema is null || (schema is JsonValue flag && flag.GetValueKind() == JsonValueKind.True))
        {
            return JsonNodes.AnyValue;
        }

        if (schema is not JsonObject fields)
        {
            throw new GrammarException(path, "a schema must be an object or true");
        }

        var keywords = new SchemaKeywords(fields, path, Annotations);
        GrammarNode node = keywords.Take("$ref") is { } reference ? Reference(Text(reference, keywords.At("$ref")), keywords.At("$ref"), depth)
            : keywords.Take("anyOf") is { } any ? Alternatives(any, keywords.At("anyOf"), depth)
            : keywords.Take("oneOf") is { } one ? Alternatives(one, keywords.At("oneOf"), depth)
            : keywords.Take("allOf") is { } all ? Single(all, keywords.At("allOf"), depth)
            : Values(keywords) ?? Typed(keywords, depth);
        keywords.RefuseRest();
        return node;
    }

    private GrammarNode Alternatives(JsonNode list, string path, int depth)
    {
        JsonArray schemas = List(list, path);
        return new ChoiceNode([.. schemas.Select((schema, i) => Compile(schema, $"{path}/{i}", depth + 1))]);
    }

    private GrammarNode Single(JsonNode list, string path, int depth)
    {
        JsonArray schemas = List(list, path);
        return schemas.Count == 1
            ? Compile(schemas[0], $"{path}/0", depth + 1)
            : throw new GrammarException(path, "allOf of several schemas is not supported");
    }

    private static JsonArray List(JsonNode list, string path) => list is JsonArray { Count: > 0 } array
        ? array
        : throw new GrammarException(path, "a list of one or more is expected");

    private static string Text(JsonNode node, string path) => node is JsonValue value && value.TryGetValue(out string? text)
        ? text
        : throw new GrammarException(path, "a text is expected");

    private GrammarNode Reference(string reference, string path, int depth)
    {
        if (_references.TryGetValue(reference, out ReferenceNode? known))
        {
            return known;
        }

        JsonNode? target = Find(reference, path);
        var node = new ReferenceNode();
        _references.Add(reference, node);
        node.Target = Compile(target, reference, depth + 1);
        return Begins(node, []) ? node : throw new GrammarException(path, $"{reference} refers to itself and nothing else");
    }

    /// <summary>Whether a node comes to a byte before it comes to itself.</summary>
    private static bool Begins(GrammarNode node, HashSet<GrammarNode> seen) => node switch
    {
        ReferenceNode { Target: null } => true, // It is checked when it is complete.
        ReferenceNode reference => seen.Add(reference) && Begins(reference.Target, seen),
        ChoiceNode choice => choice.Choices.All(part => Begins(part, [.. seen])),
        _ => true,
    };

    private JsonNode? Find(string reference, string path)
    {
        if (reference != "#" && !reference.StartsWith("#/", StringComparison.Ordinal))
        {
            throw new GrammarException(path, $"only references into the schema itself are supported, not '{reference}'");
        }

        JsonNode? node = root;
        foreach (string part in reference.Split('/').Skip(1))
        {
            string key = Uri.UnescapeDataString(part).Replace("~1", "/").Replace("~0", "~");
            bool found = node is JsonObject fields ? fields.TryGetPropertyValue(key, out node)
                : node is JsonArray list && int.TryParse(key, NumberStyles.None, CultureInfo.InvariantCulture, out int index)
                    && index < list.Count && (node = list[index]) is not null;
            if (!found)
            {
                throw new GrammarException(path, $"there is no '{reference}'");
            }
        }

        return node;
    }

    private static GrammarNode? Values(SchemaKeywords keywords)
    {
        IEnumerable<JsonNode?> values;
        if (keywords.Has("const"))
        {
            values = [keywords.Take("const")];
        }
        else if (keywords.Take("enum") is { } list)
        {
            values = List(list, keywords.At("enum"));
        }
        else
        {
            return null;
        }

        string[] types = Types(keywords, out bool typed);
        string[] texts = [.. values.Where(value => !typed || types.Any(type => IsOf(value, type))).Select(CanonicalJson.Write)];
        return texts.Length > 0 ? JsonNodes.OneOf(texts) : throw new GrammarException(keywords.Path, "no value is of the given type");
    }

    private static bool IsOf(JsonNode? value, string type) => (value?.GetValueKind() ?? JsonValueKind.Null) switch
    {
        JsonValueKind.Object => type == "object",
        JsonValueKind.Array => type == "array",
        JsonValueKind.String => type == "string",
        JsonValueKind.Number => type == "number" || (type == "integer" && decimal.TryParse(
            value!.ToJsonString(), NumberStyles.Float, CultureInfo.InvariantCulture, out decimal number) && number == decimal.Truncate(number)),
        JsonValueKind.Null => type == "null",
        _ => type == "boolean",
    };

    private static string[] Types(SchemaKeywords keywords, out bool given)
    {
        JsonNode? types = keywords.Take("type");
        given = types is not null;
        string path = keywords.At("type");
        string[] names = types switch
        {
            null => [],
            JsonArray list => [.. list.Select(item => item is null ? throw new GrammarException(path, "a type is null") : Text(item, path))],
            _ => [Text(types, path)],
        };
        foreach (string name in names)
        {
            if (name != "integer" && !AllTypes.Contains(name))
            {
                throw new GrammarException(path, $"there is no type '{name}'");
            }
        }

        return given && names.Length == 0 ? throw new GrammarException(path, "there is no type") : names;
    }

    private GrammarNode Typed(SchemaKeywords keywords, int depth)
    {
        string[] types = Types(keywords, out bool given);
        if (!given)
        {
            types = keywords.Implies("properties", "required", "additionalProperties") ? ["object"]
                : keywords.Implies("items", "prefixItems", "minItems", "maxItems") ? ["array"]
                : keywords.Implies("minLength", "maxLength") ? ["string"]
                : keywords.Implies("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum") ? ["number"]
                : [];
        }

        return types.Length == 0 && !keywords.Has("format") && !keywords.Has("pattern")
            ? JsonNodes.AnyValue
            : new ChoiceNode([.. (types.Length == 0 ? AllTypes : types).Select(type => OfType(type, keywords, depth))]);
    }

    private GrammarNode OfType(string type, SchemaKeywords keywords, int depth) => type switch
    {
        "object" => Object(keywords, depth),
        "array" => Array(keywords, depth),
        "string" => String(keywords),
        "integer" => NumberRange.Of(keywords, whole: true),
        "number" => NumberRange.Of(keywords, whole: false),
        "boolean" => JsonNodes.Boolean,
        _ => JsonNodes.Null,
    };

    private GrammarNode Object(SchemaKeywords keywords, int depth)
    {
        JsonNode? additional = keywords.Take("additionalProperties");
        JsonObject properties = keywords.Take("properties") switch
        {
            null => [],
            JsonObject fields => fields,
            _ => throw new GrammarException(keywords.At("properties"), "an object is expected"),
        };
        string[] required = keywords.Take("required") switch
        {
            null => [],
            JsonArray list => [.. list.Select(item => Text(item!, keywords.At("required")))],
            _ => throw new GrammarException(keywords.At("required"), "a list is expected"),
        };
        bool open = additional is null ? properties.Count == 0 && required.Length == 0 : additional.GetValueKind() != JsonValueKind.False;
        var members = new List<(string Name, GrammarNode Value, bool Required)>();
        foreach ((string name, JsonNode? schema) in properties)
        {
            members.Add((name, Compile(schema, $"{keywords.At("properties")}/{name}", depth + 1), required.Contains(name)));
        }

        foreach (string name in required.Except(properties.Select(item => item.Key)))
        {
            members.Add((name, additional is JsonObject ? Compile(additional, keywords.At("additionalProperties"), depth + 1) : JsonNodes.AnyValue, true));
        }

        GrammarNode? others = open ? Compile(additional, keywords.At("additionalProperties"), depth + 1) : null;
        return members.Count == 0 && others is null
            ? new SequenceNode(JsonNodes.Literal("{"), JsonNodes.Space, JsonNodes.Literal("}"))
            : ObjectNodes.Make(members, others);
    }

    private GrammarNode Array(SchemaKeywords keywords, int depth)
    {
        int least = Count(keywords, "minItems", 0), most = Count(keywords, "maxItems", RepeatNode.Unbounded);
        JsonArray? prefix = keywords.Take("prefixItems") is { } list ? List(list, keywords.At("prefixItems")) : null;
        bool given = keywords.Has("items");
        JsonNode? items = keywords.Take("items");
        bool none = items is JsonValue && items.GetValueKind() == JsonValueKind.False;
        if (keywords.Take("uniqueItems") is { } unique && unique.GetValueKind() != JsonValueKind.False)
        {
            throw new GrammarException(keywords.At("uniqueItems"), "uniqueItems is not supported");
        }

        GrammarNode[] first = [.. (prefix ?? []).Select((item, i) => Compile(item, $"{keywords.At("prefixItems")}/{i}", depth + 1)).Take(most)];
        if (none || (first.Length > 0 && !given && least <= first.Length))
        {
            most = Math.Min(most, first.Length);
        }

        if (least > most)
        {
            throw new GrammarException(keywords.Path, $"at least {least} and at most {most} items cannot be");
        }

        GrammarNode rest = none ? JsonNodes.Null : Compile(items, keywords.At("items"), depth + 1);
        if (first.Length == 0)
        {
            return JsonNodes.Array(rest, least, most);
        }

        var parts = new List<GrammarNode> { JsonNodes.Literal("["), JsonNodes.Space };
        for (int i = 0; i < first.Length; i++)
        {
            parts.AddRange(i == 0 ? [first[i], JsonNodes.Space] : [JsonNodes.Literal(","), JsonNodes.Space, first[i], JsonNodes.Space]);
        }

        parts.Add(new RepeatNode(
            new SequenceNode(JsonNodes.Literal(","), JsonNodes.Space, rest, JsonNodes.Space),
            Math.Max(least - first.Length, 0),
            most == RepeatNode.Unbounded ? most : most - first.Length));
        parts.Add(JsonNodes.Literal("]"));
        return new SequenceNode([.. parts]);
    }

    private static GrammarNode String(SchemaKeywords keywords)
    {
        int least = Count(keywords, "minLength", 0), most = Count(keywords, "maxLength", RepeatNode.Unbounded);
        if (least > most)
        {
            throw new GrammarException(keywords.Path, $"at least {least} and at most {most} characters cannot be");
        }

        GrammarNode? format = keywords.Take("format") is { } name ? FormatNodes.Find(Text(name, keywords.At("format"))) : null;
        if (format is not null && (least > 0 || most < RepeatNode.Unbounded))
        {
            throw new GrammarException(keywords.Path, "a format together with a length is not supported");
        }

        return format ?? JsonNodes.String(least, most);
    }

    private static int Count(SchemaKeywords keywords, string name, int absent)
    {
        if (keywords.Take(name) is not { } node)
        {
            return absent;
        }

        return node is JsonValue value && value.GetValueKind() == JsonValueKind.Number
            && decimal.TryParse(value.ToJsonString(), NumberStyles.Float, CultureInfo.InvariantCulture, out decimal count)
            && count >= 0 && count <= MostRepeats && count == decimal.Truncate(count)
            ? (int)count
            : throw new GrammarException(keywords.At(name), $"a whole number from 0 to {MostRepeats} is expected");
    }
}
