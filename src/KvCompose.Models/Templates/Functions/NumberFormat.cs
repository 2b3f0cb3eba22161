using System.Globalization;
using System.Numerics;
using KvCompose.Models.Templates.Running;

namespace KvCompose.Models.Templates.Functions;

/// <summary>Numbers in a given form; shared by % and format.</summary>
internal static class NumberFormat
{
    /// <summary>Longest width and precision that are accepted.</summary>
    public const int Longest = 1000;

    /// <summary>A number without its sign in one of the forms d x X o b e E f F g G %.</summary>
    public static string Digits(object number, char form, int precision, bool alternative)
    {
        if (form is 'd' or 'x' or 'X' or 'o' or 'b')
        {
            _ = Arithmetic.TryInteger(number, out BigInteger integer);
            return Whole(BigInteger.Abs(integer), form, alternative);
        }

        double value = Math.Abs(Arithmetic.ToDouble(number));
        if (!double.IsFinite(value))
        {
            string name = double.IsNaN(value) ? "nan" : "inf";
            return char.IsUpper(form) ? name.ToUpperInvariant() : name;
        }

        precision = precision < 0 ? 6 : precision;
        string text = char.ToLowerInvariant(form) switch
        {
            'e' => FloatText.Exponential(value, precision),
            'g' => FloatText.General(value, precision, alternative),
            '%' => FloatText.Fixed(value * 100, precision) + "%",
            _ => FloatText.Fixed(value, precision),
        };
        return form is 'E' or 'G' ? text.ToUpperInvariant() : text;
    }

    public static bool IsNegative(object number) => number is double d
        ? double.IsNegative(d) && !double.IsNaN(d)
        : Arithmetic.TryInteger(number, out BigInteger i) && i.Sign < 0;

    public static int Bounded(int length) => length <= Longest
        ? length
        : throw TemplateFault.Limit($"a width or precision of more than {Longest}");

    private static string Whole(BigInteger value, char form, bool alternative)
    {
        int bits = form switch { 'b' => 1, 'o' => 3, 'd' => 0, _ => 4 };
        if (bits == 0)
        {
            return value.ToString(CultureInfo.InvariantCulture);
        }

        var digits = new Stack<char>();
        for (BigInteger rest = value; !rest.IsZero || digits.Count == 0; rest >>= bits)
        {
            digits.Push("0123456789abcdef"[(int)(rest & ((1 << bits) - 1))]);
        }

        string text = (alternative ? "0" + char.ToLowerInvariant(form) : "") + string.Concat(digits);
        return form == 'X' ? text.ToUpperInvariant() : text;
    }
}
