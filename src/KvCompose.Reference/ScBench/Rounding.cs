using System.Globalization;
using System.Numerics;

namespace KvCompose.Reference.ScBench;

/// <summary>Decimal rounding of the exact binary value, halves to even.</summary>
internal static class Rounding
{
    /// <summary>A value of moderate size with this many decimals, as text.</summary>
    public static string Text(double value, int decimals)
    {
        long bits = BitConverter.DoubleToInt64Bits(Math.Abs(value));
        int exponent = (int)(bits >> 52 & 0x7FF);
        BigInteger mantissa = exponent == 0 ? bits & 0xFFFFFFFFFFFFF : bits & 0xFFFFFFFFFFFFF | 1L << 52;
        int shift = Math.Max(exponent, 1) - 1075;
        BigInteger scaled = mantissa * BigInteger.Pow(10, decimals);
        if (shift >= 0)
        {
            scaled <<= shift;
        }
        else
        {
            BigInteger half = BigInteger.One << (-shift - 1), rest = scaled & ((half << 1) - 1);
            scaled >>= -shift;
            scaled += rest > half || (rest == half && !scaled.IsEven) ? 1 : 0;
        }

        string digits = scaled.ToString(CultureInfo.InvariantCulture).PadLeft(decimals + 1, '0');
        string text = decimals == 0 ? digits : $"{digits[..^decimals]}.{digits[^decimals..]}";
        return value < 0 ? $"-{text}" : text;
    }

    /// <summary>As <see cref="Text"/>, as a number.</summary>
    public static double Round(double value, int decimals) => double.Parse(Text(value, decimals), CultureInfo.InvariantCulture);
}
