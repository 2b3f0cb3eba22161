using System.Globalization;
using System.Numerics;

namespace KvCompose.Models.Templates.Running;

/// <summary>Floating-point numbers as text, exactly as Python writes them.</summary>
internal static class FloatText
{
    /// <summary>The shortest digits that read back, with a point or an exponent.</summary>
    public static string Repr(double value)
    {
        if (double.IsNaN(value))
        {
            return "nan";
        }

        if (double.IsInfinity(value))
        {
            return value > 0 ? "inf" : "-inf";
        }

        (string digits, int exponent) = Shortest(value);
        string sign = double.IsNegative(value) ? "-" : "";
        return sign + (exponent is >= -4 and < 16 ? Plain(digits, exponent) : Scientific(digits, exponent));
    }

    /// <summary>A fixed number of digits after the point, ties to even.</summary>
    public static string Fixed(double value, int precision)
    {
        (BigInteger numerator, BigInteger denominator) = Fraction(Math.Abs(value));
        BigInteger scaled = DivideToEven(numerator * BigInteger.Pow(10, precision), denominator);
        string digits = scaled.ToString(CultureInfo.InvariantCulture).PadLeft(precision + 1, '0');
        string text = precision == 0 ? digits : $"{digits[..^precision]}.{digits[^precision..]}";
        return double.IsNegative(value) ? "-" + text : text;
    }

    /// <summary>One digit, a point, further digits and an exponent of at least two digits.</summary>
    public static string Exponential(double value, int precision)
    {
        (string digits, int exponent) = Rounded(value, precision + 1);
        string text = precision == 0 ? digits : $"{digits[..1]}.{digits[1..]}";
        return $"{(double.IsNegative(value) ? "-" : "")}{text}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):00}";
    }

    /// <summary>The form g: a number of significant digits, without zeros at the end unless they are kept.</summary>
    public static string General(double value, int precision, bool keepZeros)
    {
        precision = Math.Max(precision, 1);
        (_, int exponent) = Rounded(value, precision);
        string text = exponent < -4 || exponent >= precision ? Exponential(value, precision - 1) : Fixed(value, precision - 1 - exponent);
        if (keepZeros || !text.Contains('.'))
        {
            return text;
        }

        int mantissa = text.IndexOf('e') is var at and >= 0 ? at : text.Length;
        return text[..mantissa].TrimEnd('0').TrimEnd('.') + text[mantissa..];
    }

    /// <summary>Rounds to digits after the point (before it if negative), ties to even, to the nearest float.</summary>
    public static double Round(double value, int precision)
    {
        const int most = 400;
        if (!double.IsFinite(value) || precision > most)
        {
            return value;
        }

        if (precision >= 0)
        {
            return double.Parse(Fixed(value, precision), CultureInfo.InvariantCulture);
        }

        if (precision < -most)
        {
            return Math.CopySign(0, value);
        }

        BigInteger unit = BigInteger.Pow(10, -precision);
        (BigInteger numerator, BigInteger denominator) = Fraction(Math.Abs(value));
        return Math.CopySign((double)(DivideToEven(numerator, denominator * unit) * unit), value);
    }

    /// <summary>a / b rounded once.</summary>
    public static double Ratio(BigInteger a, BigInteger b)
    {
        bool negative = a.Sign * b.Sign < 0;
        (a, b) = (BigInteger.Abs(a), BigInteger.Abs(b));
        const int kept = 66;
        int shift = (int)(kept - (a.GetBitLength() - b.GetBitLength()));
        BigInteger scaled = BigInteger.DivRem(shift > 0 ? a << shift : a, shift < 0 ? b << -shift : b, out BigInteger rest);
        scaled = rest.IsZero ? scaled : scaled | 1; // More than 53 bits: the last one only says that something follows.
        double value = Math.ScaleB((double)scaled, -shift);
        return double.IsInfinity(value)
            ? throw TemplateFault.Type("integer division result too large for a float")
            : negative ? -value : value;
    }

    public static BigInteger DivideToEven(BigInteger numerator, BigInteger denominator)
    {
        BigInteger quotient = BigInteger.DivRem(numerator, denominator, out BigInteger rest);
        int half = (rest * 2).CompareTo(denominator);
        return half > 0 || (half == 0 && !quotient.IsEven) ? quotient + 1 : quotient;
    }

    private static (BigInteger Numerator, BigInteger Denominator) Fraction(double value)
    {
        long bits = BitConverter.DoubleToInt64Bits(value);
        int exponent = (int)(bits >> 52) & 0x7FF;
        BigInteger mantissa = (bits & 0xFFFFFFFFFFFFF) | (exponent > 0 ? 1L << 52 : 0);
        int power = Math.Max(exponent, 1) - 1075;
        return power >= 0 ? (mantissa << power, 1) : (mantissa, BigInteger.One << -power);
    }

    private static (string Digits, int Exponent) Rounded(double value, int count)
    {
        (BigInteger numerator, BigInteger denominator) = Fraction(Math.Abs(value));
        if (numerator.IsZero)
        {
            return (new string('0', count), 0);
        }

        int exponent = (int)Math.Floor(BigInteger.Log10(numerator) - BigInteger.Log10(denominator)) - 1;
        while (true)
        {
            int scale = count - 1 - exponent;
            BigInteger power = BigInteger.Pow(10, Math.Abs(scale));
            BigInteger scaled = scale >= 0
                ? DivideToEven(numerator * power, denominator)
                : DivideToEven(numerator, denominator * power);
            string digits = scaled.ToString(CultureInfo.InvariantCulture);
            if (digits.Length <= count)
            {
                return (digits.PadRight(count, '0'), exponent);
            }

            exponent++;
        }
    }

    private static (string Digits, int Exponent) Shortest(double value)
    {
        string text = Math.Abs(value).ToString("R", CultureInfo.InvariantCulture);
        int e = text.IndexOf('E');
        int exponent = e < 0 ? 0 : int.Parse(text.AsSpan(e + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        string mantissa = e < 0 ? text : text[..e];
        int point = mantissa.IndexOf('.');
        exponent += (point < 0 ? mantissa.Length : point) - 1;
        string digits = mantissa.Replace(".", "");
        string significant = digits.TrimStart('0');
        exponent -= digits.Length - significant.Length;
        significant = significant.TrimEnd('0');
        return significant.Length == 0 ? ("0", 0) : (significant, exponent);
    }

    private static string Plain(string digits, int exponent)
    {
        if (exponent < 0)
        {
            return "0." + new string('0', -exponent - 1) + digits;
        }

        string whole = digits.Length > exponent + 1 ? digits[..(exponent + 1)] : digits.PadRight(exponent + 1, '0');
        string rest = digits.Length > exponent + 1 ? digits[(exponent + 1)..] : "0";
        return $"{whole}.{rest}";
    }

    private static string Scientific(string digits, int exponent)
    {
        string mantissa = digits.Length == 1 ? digits : $"{digits[0]}.{digits[1..]}";
        return $"{mantissa}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):00}";
    }
}
