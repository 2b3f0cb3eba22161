using System.Globalization;
using System.Numerics;
using KvCompose.Models.Templates.Running;
using KvCompose.Models.Templates.Values;

namespace KvCompose.Models.Templates.Functions;

/// <summary>The filter tojson of transformers: Python's json.dumps without escapes of HTML.</summary>
internal sealed class JsonText
{
    private const int Deepest = 200;

    private readonly TemplateRun _run;
    private readonly TextBuilder _output;
    private readonly bool _ascii;
    private readonly bool _sorted;
    private readonly Text? _indent;
    private readonly Text _comma;
    private readonly Text _colon;

    private JsonText(TemplateRun run, bool ascii, object indent, object separators, bool sorted)
    {
        _run = run;
        _output = new TextBuilder(run);
        (_ascii, _sorted) = (ascii, sorted);
        _indent = indent switch
        {
            None => null,
            Text text => text,
            _ => Text.Of(new string(' ', Math.Clamp(Arguments.Integer(indent, "indent"), 0, NumberFormat.Longest))),
        };
        (_comma, _colon) = (Text.Of(_indent is null ? ", " : ","), Text.Of(": "));
        if (separators is not None)
        {
            object[] pair = [.. run.Iterate(separators)];
            if (pair.Length != 2)
            {
                throw TemplateFault.Type("separators must be two strings");
            }

            (_comma, _colon) = (Arguments.String(pair[0], "separator"), Arguments.String(pair[1], "separator"));
        }
    }

    public static Text Write(TemplateRun run, object value, Arguments arguments)
    {
        object?[] bound = arguments.Bind("tojson", 0, "ensure_ascii", "indent", "separators", "sort_keys");
        var writer = new JsonText(
            run,
            bound[0] is { } ascii && Truth.Of(ascii),
            bound[1] ?? None.Value,
            bound[2] ?? None.Value,
            bound[3] is { } sorted && Truth.Of(sorted));
        writer.Value(value, 0);
        return writer._output.ToText();
    }

    private void Value(object value, int depth)
    {
        if (depth > Deepest)
        {
            throw TemplateFault.Limit("values nested too deeply for JSON");
        }

        _run.Step();
        switch (value)
        {
            case Text text:
                String(text);
                break;
            case ListValue list:
                Items(list.Items, depth);
                break;
            case TupleValue tuple:
                Items(tuple.Items, depth);
                break;
            case DictValue dict:
                Object(dict, depth);
                break;
            default:
                _output.Append(Scalar(value) ?? throw NotJson(value));
                break;
        }
    }

    private static TemplateFault NotJson(object value) =>
        TemplateFault.Type($"Object of type {Kinds.Name(value)} is not JSON serializable");

    private static string? Scalar(object value) => value switch
    {
        None => "null",
        bool b => b ? "true" : "false",
        BigInteger i => i.ToString(CultureInfo.InvariantCulture),
        double.NaN => "NaN",
        double.PositiveInfinity => "Infinity",
        double.NegativeInfinity => "-Infinity",
        double d => FloatText.Repr(d),
        _ => null,
    };

    private void Items(IReadOnlyList<object> items, int depth)
    {
        if (items.Count == 0)
        {
            _output.Append("[]");
            return;
        }

        _output.Append("[");
        for (int i = 0; i < items.Count; i++)
        {
            Separate(i == 0, depth + 1);
            Value(items[i], depth + 1);
        }

        Line(depth);
        _output.Append("]");
    }

    private void Object(DictValue dict, int depth)
    {
        if (dict.Count == 0)
        {
            _output.Append("{}");
            return;
        }

        _output.Append("{");
        bool first = true;
        IEnumerable<KeyValuePair<object, object>> pairs = _sorted
            ? Sorting.Sort(_run, dict.Pairs, (a, b) => Comparing.Order(a.Key, b.Key) is < 0)
            : dict.Pairs;
        foreach ((object key, object value) in pairs)
        {
            Separate(first, depth + 1);
            first = false;
            String(key as Text ?? Text.Of(Scalar(key)
                ?? throw TemplateFault.Type($"keys must be str, int, float, bool or None, not {Kinds.Name(key)}")));
            _output.Append(_colon);
            Value(value, depth + 1);
        }

        Line(depth);
        _output.Append("}");
    }

    private void Separate(bool first, int depth)
    {
        if (!first)
        {
            _output.Append(_comma);
        }

        Line(depth);
    }

    private void Line(int depth)
    {
        if (_indent is null)
        {
            return;
        }

        _output.Append("\n");
        for (int i = 0; i < depth; i++)
        {
            _output.Append(_indent);
        }
    }

    private void String(Text text)
    {
        _output.Append("\"");
        string value = text.Value;
        int plain = 0;
        for (int i = 0; i < value.Length; i++)
        {
            string? escape = value[i] switch
            {
                '"' => "\\\"",
                '\\' => "\\\\",
                '\n' => "\\n",
                '\r' => "\\r",
                '\t' => "\\t",
                '\b' => "\\b",
                '\f' => "\\f",
                < ' ' => $"\\u{(int)value[i]:x4}",
                > '~' when _ascii => $"\\u{(int)value[i]:x4}",
                _ => null,
            };
            if (escape is not null)
            {
                _output.Append(text, plain, i).Append(escape, text.IsContent(i));
                plain = i + 1;
            }
        }

        _output.Append(text, plain, value.Length).Append("\"");
    }
}
