using System.Numerics;
using KvCompose.Models.Templates.Running;
using KvCompose.Models.Templates.Values;

namespace KvCompose.Models.Templates.Functions;

/// <summary>[[fill]align][sign][#][0][width][grouping][.precision][type].</summary>
internal sealed class FormatSpecification
{
    private readonly string _fill = " ";
    private readonly char _align;
    private readonly char _sign = '-';
    private readonly bool _alternative;
    private readonly int _width;
    private readonly char _grouping;
    private readonly int _precision = -1;
    private readonly char _type;

    public FormatSpecification(string text)
    {
        int i = 0, fill = Text.UnitsAt(text, 0);
        if (text.Length > fill && "<>=^".Contains(text[fill]))
        {
            (_fill, _align, i) = (text[..fill], text[fill], fill + 1);
        }
        else if ("<>=^".Contains(text[0]))
        {
            (_align, i) = (text[0], 1);
        }

        if (i < text.Length && text[i] is '+' or '-' or ' ')
        {
            _sign = text[i++];
        }

        if (i < text.Length && text[i] == '#')
        {
            _alternative = true;
            i++;
        }

        if (i < text.Length && text[i] == '0')
        {
            (_fill, _align) = _align == 0 ? ("0", '=') : (_fill, _align);
            i++;
        }

        _width = Number(text, ref i);
        if (i < text.Length && text[i] is ',' or '_')
        {
            _grouping = text[i++];
        }

        if (i < text.Length && text[i] == '.')
        {
            i++;
            int digits = i;
            _precision = Number(text, ref i);
            if (digits == i)
            {
                throw TemplateFault.Type("Format specifier missing precision");
            }
        }

        if (i < text.Length)
        {
            _type = text[i++];
        }

        if (i < text.Length)
        {
            throw TemplateFault.Type($"Invalid format specifier '{text}'");
        }
    }

    public Text Apply(TemplateRun run, object value) => value switch
    {
        Text text => String(run, text),
        _ when Kinds.IsNumber(value) => Number(run, value),
        Undefined => String(run, Text.Empty),
        _ => throw TemplateFault.Type($"unsupported format string passed to {Kinds.Name(value)}.__format__"),
    };

    private Text String(TemplateRun run, Text text)
    {
        if (_type is not ('\0' or 's') || _align == '=' || _grouping != 0)
        {
            throw TemplateFault.Type("this format is not for a string");
        }

        Text cut = _precision >= 0 && text.Count > _precision ? text.Part(0, text.Offset(_precision)) : text;
        return Align(run, cut, cut.Count, '<');
    }

    private Text Number(TemplateRun run, object value)
    {
        bool whole = Arithmetic.TryInteger(value, out BigInteger integer) && _type is '\0' or 'd' or 'x' or 'X' or 'o' or 'b' or 'n';
        if (!whole && _type is not ('\0' or 'e' or 'E' or 'f' or 'F' or 'g' or 'G' or '%' or 'n'))
        {
            throw TemplateFault.Type($"Unknown format code '{_type}'");
        }

        if (whole && _precision >= 0)
        {
            throw TemplateFault.Type("Precision not allowed in integer format specifier");
        }

        string digits = whole
            ? NumberFormat.Digits(integer, _type is '\0' or 'n' ? 'd' : _type, -1, _alternative)
            : _type == '\0' ? Plain(Arithmetic.ToDouble(value)) : NumberFormat.Digits(value, _type == 'n' ? 'g' : _type, _precision, _alternative);
        string sign = NumberFormat.IsNegative(value) ? "-" : _sign == '-' ? "" : _sign.ToString();
        if (_grouping != 0)
        {
            digits = Group(digits);
        }

        if (_align is '=')
        {
            int missing = _width - sign.Length - digits.Length;
            return new TextBuilder(run).Append(sign).Append(TextParts.Pad(run, Text.Of(digits), missing, 0, _fill)).ToText();
        }

        return Align(run, Text.Of(sign + digits), sign.Length + digits.Length, '>');
    }

    private string Plain(double value)
    {
        if (_precision < 0)
        {
            return FloatText.Repr(Math.Abs(value));
        }

        string text = NumberFormat.Digits(value, 'g', _precision, _alternative);
        return text.AsSpan().IndexOfAny('.', 'e', 'n') < 0 ? text + ".0" : text;
    }

    private string Group(string digits)
    {
        int end = digits.AsSpan().IndexOfAnyExceptInRange('0', '9');
        string whole = end < 0 ? digits : digits[..end];
        int size = _type is 'x' or 'X' or 'o' or 'b' ? 4 : 3;
        var parts = new List<string>();
        for (int i = whole.Length; i > 0; i -= size)
        {
            parts.Insert(0, whole[Math.Max(i - size, 0)..i]);
        }

        return string.Join(_grouping, parts) + (end < 0 ? "" : digits[end..]);
    }

    private Text Align(TemplateRun run, Text text, int count, char absent)
    {
        int missing = Math.Max(_width - count, 0);
        int left = (_align == 0 ? absent : _align) switch { '<' => 0, '>' => missing, _ => missing / 2 };
        return TextParts.Pad(run, text, left, missing - left, _fill);
    }

    private static int Number(string text, ref int i)
    {
        int value = 0;
        for (; i < text.Length && char.IsAsciiDigit(text[i]); i++)
        {
            value = NumberFormat.Bounded(value * 10 + (text[i] - '0'));
        }

        return value;
    }
}
