using System.Globalization;
using System.Numerics;
using KvCompose.Models.Templates.Running;
using KvCompose.Models.Templates.Values;

namespace KvCompose.Models.Templates.Functions;

/// <summary>Filters of numbers, and default.</summary>
internal static class NumberFilters
{
    private static readonly string[] DecimalUnits = ["kB", "MB", "GB", "TB", "PB", "EB", "ZB", "YB"];
    private static readonly string[] BinaryUnits = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB", "ZiB", "YiB"];

    public static IEnumerable<KeyValuePair<string, Filter>> All { get; } = new Dictionary<string, Filter>
    {
        ["default"] = Default,
        ["d"] = Default,
        ["int"] = Int,
        ["float"] = Float,
        ["abs"] = Abs,
        ["round"] = Round,
        ["filesizeformat"] = FileSize,
    };

    private static object Default(TemplateRun run, object value, Arguments arguments)
    {
        object?[] bound = arguments.Bind("default", 0, "default_value", "boolean");
        bool falsy = bound[1] is { } boolean && Truth.Of(boolean) && !Truth.Of(value);
        return value is Undefined || falsy ? bound[0] ?? Text.Empty : value;
    }

    private static object Int(TemplateRun run, object value, Arguments arguments)
    {
        object?[] bound = arguments.Bind("int", 0, "default", "base");
        int numberBase = bound[1] is { } given ? Arguments.Integer(given, "base") : 10;
        switch (value)
        {
            case Undefined undefined:
                throw undefined.Fault();
            case double d when double.IsFinite(d):
                return new BigInteger(d);
            case double d when double.IsInfinity(d):
                throw TemplateFault.Type("cannot convert float infinity to integer");
            case Text text when ReadInteger(text.Value, numberBase) is { } integer:
                return integer;
            case Text text when ReadFloat(text.Value) is { } number && double.IsFinite(number):
                return new BigInteger(number);
            default:
                return Arithmetic.TryInteger(value, out BigInteger whole) ? whole : bound[0] ?? BigInteger.Zero;
        }
    }

    private static object Float(TemplateRun run, object value, Arguments arguments)
    {
        object absent = arguments.Bind("float", 0, "default")[0] ?? 0.0;
        return value switch
        {
            Undefined undefined => throw undefined.Fault(),
            Text text => ReadFloat(text.Value) ?? absent,
            _ => Kinds.IsNumber(value) ? Arithmetic.ToDouble(value) : absent,
        };
    }

    private static BigInteger? ReadInteger(string text, int numberBase)
    {
        string digits = Trim(text).ToLowerInvariant();
        bool negative = digits.StartsWith('-');
        digits = digits.StartsWith('+') || negative ? digits[1..] : digits;
        int prefixed = digits.Length > 1 && digits[0] == '0' ? digits[1] switch { 'x' => 16, 'o' => 8, 'b' => 2, _ => 0 } : 0;
        if (prefixed > 0 && (numberBase == 0 || numberBase == prefixed))
        {
            digits = digits[2..].TrimStart('_');
            numberBase = prefixed;
        }

        numberBase = numberBase == 0 ? 10 : numberBase;
        const int longest = 4300; // As Python.
        if (digits.Length is 0 or > longest || digits[0] == '_' || digits[^1] == '_' || digits.Contains("__"))
        {
            return null;
        }

        BigInteger value = 0;
        foreach (char c in digits.Replace("_", ""))
        {
            int digit = CharUnicodeInfo.GetDecimalDigitValue(c) is var d and >= 0 ? d : char.IsAsciiLetterLower(c) ? c - 'a' + 10 : int.MaxValue;
            if (digit >= numberBase)
            {
                return null;
            }

            value = value * numberBase + digit;
        }

        return negative ? -value : value;
    }

    private static double? ReadFloat(string text)
    {
        string trimmed = Trim(text).ToLowerInvariant();
        switch (trimmed.TrimStart('+', '-'))
        {
            case "inf" or "infinity" when trimmed.Length - trimmed.TrimStart('+', '-').Length <= 1:
                return trimmed.StartsWith('-') ? double.NegativeInfinity : double.PositiveInfinity;
            case "nan" when trimmed.Length <= 4:
                return double.NaN;
        }

        bool underscores = trimmed.StartsWith('_') || trimmed.EndsWith('_') || trimmed.Contains("__");
        const NumberStyles style = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        bool plain = !underscores && trimmed.All(c => char.IsAsciiDigit(c) || "+-.e_".Contains(c));
        return plain && double.TryParse(trimmed.Replace("_", ""), style, CultureInfo.InvariantCulture, out double value) ? value : null;
    }

    private static string Trim(string text) => TextParts.Strip(Text.Of(text), null).Value;

    private static object Abs(TemplateRun run, object value, Arguments arguments)
    {
        arguments.BindPositional("abs", 0, 0);
        return value switch
        {
            Undefined undefined => throw undefined.Fault(),
            double d => Math.Abs(d),
            _ when Arithmetic.TryInteger(value, out BigInteger integer) => BigInteger.Abs(integer),
            _ => throw TemplateFault.Type($"bad operand type for abs(): '{Kinds.Name(value)}'"),
        };
    }

    private static object Round(TemplateRun run, object value, Arguments arguments)
    {
        object?[] bound = arguments.Bind("round", 0, "precision", "method");
        int precision = bound[0] is { } p ? Arguments.Integer(p, "precision") : 0;
        string method = bound[1] is { } m ? Printing.Of(run, m).Value : "common";
        if (method is not ("common" or "ceil" or "floor"))
        {
            throw TemplateFault.Type("method must be common, ceil or floor");
        }

        if (!Kinds.IsNumber(value))
        {
            throw value is Undefined undefined ? undefined.Fault() : TemplateFault.Type($"a number is required, not {Kinds.Name(value)}");
        }

        if (method != "common")
        {
            double unit = Math.Pow(10, precision), scaled = Arithmetic.ToDouble(value) * unit;
            return (method == "ceil" ? Math.Ceiling(scaled) : Math.Floor(scaled)) / unit;
        }

        if (!Arithmetic.TryInteger(value, out BigInteger integer))
        {
            return FloatText.Round((double)value, precision);
        }

        if (precision >= 0)
        {
            return integer;
        }

        BigInteger step = BigInteger.Pow(10, Math.Min(-precision, 5000));
        return FloatText.DivideToEven(BigInteger.Abs(integer), step) * step * integer.Sign;
    }

    private static object FileSize(TemplateRun run, object value, Arguments arguments)
    {
        bool binary = arguments.Bind("filesizeformat", 0, "binary")[0] is { } b && Truth.Of(b);
        double bytes = (double)Float(run, value, Arguments.None), unit = binary ? 1024 : 1000;
        if (bytes == 1)
        {
            return Text.Of("1 Byte");
        }

        if (bytes < unit)
        {
            return Text.Of($"{new BigInteger(Math.Truncate(bytes))} Bytes");
        }

        string[] names = binary ? BinaryUnits : DecimalUnits;
        for (int i = 0; ; i++)
        {
            double size = Math.Pow(unit, i + 2);
            if (bytes < size || i == names.Length - 1)
            {
                return Text.Of($"{FloatText.Fixed(unit * bytes / size, 1)} {names[i]}");
            }
        }
    }
}
