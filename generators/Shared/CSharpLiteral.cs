using System.Globalization;
using Microsoft.CodeAnalysis.CSharp;

namespace KvCompose.Shared;

/// <summary>Values as C# source text: the same under every culture, and read back to the same bits.</summary>
internal static class CSharpLiteral
{
    public static string Of(bool value) => value ? "true" : "false";

    public static string Of(int value) => value.ToString(CultureInfo.InvariantCulture);

    public static string Of(long value) => value.ToString(CultureInfo.InvariantCulture);

    public static string Of(float value) => value switch
    {
        float.PositiveInfinity => "float.PositiveInfinity",
        float.NegativeInfinity => "float.NegativeInfinity",
        _ when float.IsNaN(value) => "float.NaN",
        _ => Signed(value, value.ToString("G9", CultureInfo.InvariantCulture), Shortest(value)) + "f",
    };

    public static string Of(double value) => value switch
    {
        double.PositiveInfinity => "double.PositiveInfinity",
        double.NegativeInfinity => "double.NegativeInfinity",
        _ when double.IsNaN(value) => "double.NaN",
        _ => Signed(value, value.ToString("G17", CultureInfo.InvariantCulture), Shortest(value)) + "d",
    };

    public static string Of(string text) => SymbolDisplay.FormatLiteral(text, quote: true);

    // The shortest form is not exact on every runtime a compiler may be hosted by, so it is read back before it is trusted.
    private static string? Shortest(float value)
    {
        var text = value.ToString("R", CultureInfo.InvariantCulture);
        return float.Parse(text, CultureInfo.InvariantCulture) == value ? text : null;
    }

    private static string? Shortest(double value)
    {
        var text = value.ToString("R", CultureInfo.InvariantCulture);
        return double.Parse(text, CultureInfo.InvariantCulture) == value ? text : null;
    }

    // Older runtimes print negative zero without its sign.
    private static string Signed(double value, string exact, string? shortest)
        => value == 0 && BitConverter.DoubleToInt64Bits(value) < 0 ? "-0" : shortest ?? exact;
}
