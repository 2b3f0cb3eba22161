using System.Globalization;
using System.Numerics;
using KvCompose.Models.Templates.Running;
using KvCompose.Models.Templates.Values;

namespace KvCompose.Models.Templates.Functions;

/// <summary>The method format of strings: {}, {0}, {name}, {x[a]}, {x.a}, {!r}, {:&gt;5}. Attributes go through the sandbox.</summary>
internal static class BraceFormat
{
    private const int Deepest = 2;

    public static Text Format(TemplateRun run, Text format, Arguments arguments)
    {
        int automatic = 0;
        return Format(run, format, arguments, ref automatic, 0);
    }

    private static Text Format(TemplateRun run, Text format, Arguments arguments, ref int automatic, int depth)
    {
        if (depth >= Deepest)
        {
            throw TemplateFault.Type("Max string recursion exceeded");
        }

        var output = new TextBuilder(run);
        string text = format.Value;
        for (int i = 0; i < text.Length;)
        {
            int brace = text.AsSpan(i).IndexOfAny('{', '}');
            int next = brace < 0 ? text.Length : i + brace;
            output.Append(format, i, next);
            if (next == text.Length)
            {
                break;
            }

            if (next + 1 < text.Length && text[next + 1] == text[next])
            {
                output.Append(format, next, next + 1);
                i = next + 2;
                continue;
            }

            if (text[next] == '}')
            {
                throw TemplateFault.Type("Single '}' encountered in format string");
            }

            int close = Close(text, next);
            Field(run, output, format.Part(next + 1, close), arguments, ref automatic, depth);
            i = close + 1;
        }

        return output.ToText();
    }

    private static int Close(string text, int open)
    {
        int depth = 0;
        for (int i = open; i < text.Length; i++)
        {
            depth += text[i] == '{' ? 1 : text[i] == '}' ? -1 : 0;
            if (depth == 0)
            {
                return i;
            }
        }

        throw TemplateFault.Type("expected '}' before end of string");
    }

    private static void Field(TemplateRun run, TextBuilder output, Text field, Arguments arguments, ref int automatic, int depth)
    {
        run.Step();
        string text = field.Value;
        int colon = text.IndexOf(':'), bang = text.IndexOf('!');
        if (bang > colon && colon >= 0)
        {
            bang = -1;
        }

        int nameEnd = bang >= 0 ? bang : colon >= 0 ? colon : text.Length;
        object value = Value(run, text[..nameEnd], arguments, ref automatic);
        Text spec = colon >= 0 ? Format(run, field.From(colon + 1), arguments, ref automatic, depth + 1) : Text.Empty;
        if (bang >= 0)
        {
            value = text[(bang + 1)..(colon >= 0 ? colon : text.Length)] switch
            {
                "r" or "a" => Printing.Repr(run, value),
                "s" => Printing.Of(run, value),
                var other => throw TemplateFault.Type($"Unknown conversion specifier '{other}'"),
            };
        }

        output.Append(spec.Value.Length == 0 ? Printing.Of(run, value) : new FormatSpecification(spec.Value).Apply(run, value));
    }

    private static object Value(TemplateRun run, string name, Arguments arguments, ref int automatic)
    {
        int end = name.AsSpan().IndexOfAny('.', '[');
        string first = end < 0 ? name : name[..end];
        object value = First(first, arguments, ref automatic);
        for (int i = first.Length; i < name.Length;)
        {
            if (name[i] == '.')
            {
                int next = name.AsSpan(i + 1).IndexOfAny('.', '[');
                int stop = next < 0 ? name.Length : i + 1 + next;
                value = Attributes.Get(run, value, name[(i + 1)..stop]);
                i = stop;
            }
            else
            {
                int close = name[i] == '[' ? name.IndexOf(']', i) : -1;
                if (close < 0)
                {
                    throw TemplateFault.Type("Missing ']' in format string");
                }

                string key = name[(i + 1)..close];
                object at = key.Length > 0 && key.All(char.IsAsciiDigit) ? BigInteger.Parse(key, CultureInfo.InvariantCulture) : Text.Of(key);
                value = Attributes.Item(run, value, at);
                i = close + 1;
            }
        }

        return value;
    }

    private static object First(string name, Arguments arguments, ref int automatic)
    {
        if (name.Length == 0 || name.All(char.IsAsciiDigit))
        {
            if (name.Length == 0 ? automatic < 0 : automatic > 0)
            {
                throw TemplateFault.Type("cannot switch between automatic and manual field numbering");
            }

            int index = name.Length == 0 ? automatic++ : int.TryParse(name, CultureInfo.InvariantCulture, out int given) ? given : int.MaxValue;
            automatic = name.Length == 0 ? automatic : -1;
            return index < arguments.Positional.Length
                ? arguments.Positional[index]
                : throw TemplateFault.Type($"Replacement index {index} out of range for positional args tuple");
        }

        foreach ((string keyword, object value) in arguments.Keywords)
        {
            if (keyword == name)
            {
                return value;
            }
        }

        throw TemplateFault.Type($"KeyError: '{name}'");
    }
}
