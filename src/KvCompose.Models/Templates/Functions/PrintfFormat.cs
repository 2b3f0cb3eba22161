using System.Numerics;
using KvCompose.Models.Templates.Running;
using KvCompose.Models.Templates.Values;

namespace KvCompose.Models.Templates.Functions;

/// <summary>format % values, as in Python.</summary>
internal static class PrintfFormat
{
    public static Text Format(TemplateRun run, Text format, object values)
    {
        var output = new TextBuilder(run);
        string text = format.Value;
        object[] items = values is TupleValue tuple ? tuple.Items : [values];
        int used = 0, i = 0;
        bool named = false;
        while (i < text.Length)
        {
            int next = text.IndexOf('%', i);
            if (next < 0)
            {
                next = text.Length;
            }

            output.Append(format, i, next);
            i = next + 1;
            if (next == text.Length)
            {
                break;
            }

            run.Step();
            var directive = new Directive(text, i, () => used < items.Length ? items[used++] : throw NotEnough());
            i = directive.End;
            if (directive.Form == '%')
            {
                output.Append('%', format.IsContent(next));
                continue;
            }

            object value;
            if (directive.Key is { } key)
            {
                named = true;
                value = values is DictValue dict
                    ? (dict.TryGet(key, out object item) ? item : throw TemplateFault.Type($"KeyError: '{key}'"))
                    : throw TemplateFault.Type("format requires a mapping");
            }
            else
            {
                value = used < items.Length ? items[used++] : throw NotEnough();
            }

            Write(run, output, directive, value);
        }

        if (!named && used < items.Length && values is not (DictValue or ListValue))
        {
            throw TemplateFault.Type("not all arguments converted during string formatting");
        }

        return output.ToText();
    }

    private static TemplateFault NotEnough() => TemplateFault.Type("not enough arguments for format string");

    private static void Write(TemplateRun run, TextBuilder output, Directive directive, object value)
    {
        char form = directive.Form;
        if (form is 's' or 'r' or 'a' or 'c')
        {
            Text text = form == 's' ? Printing.Of(run, value) : form == 'c' ? Character(value) : Printing.Repr(run, value);
            if (directive.Precision >= 0 && text.Count > directive.Precision)
            {
                text = text.Part(0, text.Offset(directive.Precision));
            }

            int missing = directive.Width - text.Count;
            output.Append(directive.Left ? TextParts.Pad(run, text, 0, missing, " ") : TextParts.Pad(run, text, missing, 0, " "));
            return;
        }

        object number = Number(form, value);
        string digits = NumberFormat.Digits(number, form is 'i' or 'u' ? 'd' : form, directive.Precision, directive.Alternative);
        if (number is BigInteger && directive.Precision > digits.Length)
        {
            digits = digits.PadLeft(directive.Precision, '0');
        }

        string sign = NumberFormat.IsNegative(number) ? "-" : directive.Plus ? "+" : directive.Blank ? " " : "";
        int fill = directive.Width - sign.Length - digits.Length;
        string padded = directive.Left ? (sign + digits).PadRight(Math.Max(directive.Width, 0))
            : directive.Zero ? sign + new string('0', Math.Max(fill, 0)) + digits
            : (sign + digits).PadLeft(Math.Max(directive.Width, 0));
        output.Append(padded);
    }

    private static object Number(char form, object value)
    {
        if (value is Undefined undefined && form is not ('x' or 'X' or 'o'))
        {
            throw undefined.Fault();
        }

        bool whole = Arithmetic.TryInteger(value, out BigInteger integer);
        switch (form)
        {
            case 'd' or 'i' or 'u':
                return whole ? integer
                    : value is double d && double.IsFinite(d) ? new BigInteger(d)
                    : throw TemplateFault.Type($"%{form} format: a real number is required, not {Kinds.Name(value)}");
            case 'x' or 'X' or 'o':
                return whole ? integer : throw TemplateFault.Type($"%{form} format: an integer is required, not {Kinds.Name(value)}");
            case 'e' or 'E' or 'f' or 'F' or 'g' or 'G':
                return Kinds.IsNumber(value)
                    ? Arithmetic.ToDouble(value)
                    : throw TemplateFault.Type($"must be real number, not {Kinds.Name(value)}");
            default:
                throw TemplateFault.Type($"unsupported format character '{form}'");
        }
    }

    private static Text Character(object value)
    {
        if (value is Text { Count: 1 } text)
        {
            return text;
        }

        return Arithmetic.TryInteger(value, out BigInteger point) && point >= 0 && point <= 0x10FFFF && (point < 0xD800 || point > 0xDFFF)
            ? Text.Of(char.ConvertFromUtf32((int)point))
            : throw TemplateFault.Type("%c requires int or char");
    }

    /// <summary>What stands after a percent sign.</summary>
    private sealed class Directive
    {
        public Directive(string text, int start, Func<object> star)
        {
            int i = start;
            if (i < text.Length && text[i] == '(')
            {
                int close = Close(text, i);
                Key = text[(i + 1)..close];
                i = close + 1;
            }

            for (; i < text.Length && "-+ 0#".Contains(text[i]); i++)
            {
                Left |= text[i] == '-';
                Plus |= text[i] == '+';
                Blank |= text[i] == ' ';
                Zero |= text[i] == '0';
                Alternative |= text[i] == '#';
            }

            Width = Read(text, ref i, star, 0);
            if (Width < 0)
            {
                Left = true;
                Width = -Width;
            }

            if (i < text.Length && text[i] == '.')
            {
                i++;
                Precision = Math.Max(Read(text, ref i, star, 0), 0);
            }

            while (i < text.Length && text[i] is 'l' or 'h' or 'L')
            {
                i++;
            }

            if (i >= text.Length)
            {
                throw TemplateFault.Type("incomplete format");
            }

            Form = text[i];
            End = i + 1;
        }

        public string? Key { get; }

        public bool Left { get; }

        public bool Plus { get; }

        public bool Blank { get; }

        public bool Zero { get; }

        public bool Alternative { get; }

        public int Width { get; }

        public int Precision { get; } = -1;

        public char Form { get; }

        public int End { get; }

        private static int Close(string text, int open)
        {
            int depth = 0;
            for (int i = open; i < text.Length; i++)
            {
                depth += text[i] == '(' ? 1 : text[i] == ')' ? -1 : 0;
                if (depth == 0)
                {
                    return i;
                }
            }

            throw TemplateFault.Type("incomplete format key");
        }

        private static int Read(string text, ref int i, Func<object> star, int absent)
        {
            if (i < text.Length && text[i] == '*')
            {
                i++;
                int given = Arguments.Integer(star(), "* wants int");
                return given < 0 ? -NumberFormat.Bounded(-Math.Max(given, -int.MaxValue)) : NumberFormat.Bounded(given);
            }

            int value = absent;
            for (; i < text.Length && char.IsAsciiDigit(text[i]); i++)
            {
                value = NumberFormat.Bounded(value * 10 + (text[i] - '0'));
            }

            return value;
        }
    }
}
