using System.Globalization;
using System.Numerics;
using KvCompose.Models.Templates.Values;

namespace KvCompose.Models.Templates.Running;

/// <summary>Values as text: Python's str and repr.</summary>
internal static class Printing
{
    private const int Deepest = 200;

    /// <summary>str(value) as a text.</summary>
    public static Text Of(TemplateRun run, object value)
    {
        if (value is Text text)
        {
            return text;
        }

        var builder = new TextBuilder(run);
        Write(run, builder, value);
        return builder.ToText();
    }

    public static Text Repr(TemplateRun run, object value)
    {
        var builder = new TextBuilder(run);
        WriteRepr(run, builder, value, 0);
        return builder.ToText();
    }

    /// <summary>Writes str(value).</summary>
    public static void Write(TemplateRun run, TextBuilder output, object value)
    {
        switch (value)
        {
            case Text text:
                run.Pay(text.Value.Length);
                output.Append(text);
                break;
            case Undefined:
                break;
            default:
                WriteRepr(run, output, value, 0);
                break;
        }
    }

    public static void WriteRepr(TemplateRun run, TextBuilder output, object value, int depth)
    {
        if (depth > Deepest)
        {
            throw TemplateFault.Limit("values nested too deeply to print");
        }

        run.Step();
        switch (value)
        {
            case Text text:
                WriteQuoted(output, text);
                break;
            case ListValue list:
                WriteItems(run, output, "[", list.Items, "]", depth);
                break;
            case TupleValue tuple:
                WriteItems(run, output, "(", tuple.Items, tuple.Items.Length == 1 ? ",)" : ")", depth);
                break;
            case DictValue dict:
                WriteDict(run, output, dict, depth);
                break;
            case DictView view:
                WriteItems(run, output.Append(view.Name + "("), "[", view.Items(), "])", depth);
                break;
            case NamespaceValue space:
                WriteDict(run, output.Append("<Namespace "), space.Attributes, depth);
                output.Append(">");
                break;
            default:
                output.Append(Scalar(value));
                break;
        }
    }

    public static bool IsPrintable(int point) => CharUnicodeInfo.GetUnicodeCategory(point) switch
    {
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse
            or UnicodeCategory.OtherNotAssigned or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator => false,
        UnicodeCategory.SpaceSeparator => point == ' ',
        _ => true,
    };

    private static string Scalar(object value) => value switch
    {
        None => "None",
        bool b => b ? "True" : "False",
        BigInteger i => i.ToString(CultureInfo.InvariantCulture),
        double d => FloatText.Repr(d),
        Undefined => "Undefined",
        BytesValue bytes => BytesText(bytes.Bytes),
        RangeValue { Step.IsOne: true } range => $"range({range.Start}, {range.Stop})",
        RangeValue range => $"range({range.Start}, {range.Stop}, {range.Step})",
        LoopValue loop => $"<LoopContext {loop.Index + 1}/{loop.Count}>",
        MacroValue macro => $"<Macro '{macro.Node.Name}'>",
        FunctionValue function => $"<function {function.Name}>",
        _ => $"<{Kinds.Name(value)} object>",
    };

    private static void WriteItems(
        TemplateRun run, TextBuilder output, string open, IEnumerable<object> items, string close, int depth)
    {
        output.Append(open);
        bool first = true;
        foreach (object item in items)
        {
            if (!first)
            {
                output.Append(", ");
            }

            first = false;
            WriteRepr(run, output, item, depth + 1);
        }

        output.Append(close);
    }

    private static void WriteDict(TemplateRun run, TextBuilder output, DictValue dict, int depth)
    {
        output.Append("{");
        bool first = true;
        foreach ((object key, object value) in dict.Pairs)
        {
            if (!first)
            {
                output.Append(", ");
            }

            first = false;
            WriteRepr(run, output, key, depth + 1);
            output.Append(": ");
            WriteRepr(run, output, value, depth + 1);
        }

        output.Append("}");
    }

    private static void WriteQuoted(TextBuilder output, Text text)
    {
        string value = text.Value;
        char quote = value.Contains('\'') && !value.Contains('"') ? '"' : '\'';
        output.Append(quote);
        for (int i = 0; i < value.Length;)
        {
            int point = Text.CodePointAt(value, i), units = Text.UnitsAt(value, i);
            if (point == quote || point == '\\')
            {
                output.Append("\\" + (char)point, text.IsContent(i));
            }
            else if (IsPrintable(point))
            {
                output.Append(text, i, i + units);
            }
            else
            {
                output.Append(Escape(point), text.IsContent(i));
            }

            i += units;
        }

        output.Append(quote);
    }

    private static string Escape(int point) => point switch
    {
        '\n' => "\\n",
        '\r' => "\\r",
        '\t' => "\\t",
        <= 0xff => $"\\x{point:x2}",
        <= 0xffff => $"\\u{point:x4}",
        _ => $"\\U{point:x8}",
    };

    private static string BytesText(byte[] bytes)
    {
        char quote = bytes.Contains((byte)'\'') && !bytes.Contains((byte)'"') ? '"' : '\'';
        IEnumerable<string> characters = bytes.Select(b => b == quote || b == '\\' ? $"\\{(char)b}"
            : b is >= 0x20 and < 0x7f ? ((char)b).ToString() : Escape(b));
        return $"b{quote}{string.Concat(characters)}{quote}";
    }
}
