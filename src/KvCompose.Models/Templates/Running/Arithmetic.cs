using System.Numerics;
using KvCompose.Models.Templates.Values;

namespace KvCompose.Models.Templates.Running;

/// <summary>Python's arithmetic: whole numbers without bound (but see <see cref="LongestInteger"/>), division that floors.</summary>
internal static class Arithmetic
{
    /// <summary>Longest whole number in bits. Python refuses to print longer ones (4300 digits).</summary>
    public const long LongestInteger = 14_284;

    public static object Sign(object value, bool negative) => value switch
    {
        Undefined undefined => throw undefined.Fault(),
        double d => negative ? -d : d,
        _ when TryInteger(value, out BigInteger i) => negative ? -i : i,
        _ => throw TemplateFault.Type($"bad operand type for unary {(negative ? '-' : '+')}: '{Kinds.Name(value)}'"),
    };

    public static bool TryInteger(object value, out BigInteger integer)
    {
        integer = value switch { bool b => b ? 1 : 0, BigInteger i => i, _ => default };
        return value is bool or BigInteger;
    }

    /// <summary>Applies an operator to numbers; null if the operands are no numbers.</summary>
    public static object? Apply(string sign, object left, object right)
    {
        if (TryInteger(left, out BigInteger a) && TryInteger(right, out BigInteger b))
        {
            return sign == "/" ? Divide(a, b) : sign == "**" ? Power(a, b) : Bounded(Whole(sign, a, b));
        }

        return Kinds.IsNumber(left) && Kinds.IsNumber(right) ? Fractional(sign, ToDouble(left), ToDouble(right)) : null;
    }

    public static double ToDouble(object value)
    {
        if (value is double d)
        {
            return d;
        }

        _ = TryInteger(value, out BigInteger integer);
        double result = (double)integer;
        return double.IsFinite(result) ? result : throw TemplateFault.Type("int too large to convert to float");
    }

    private static BigInteger Whole(string sign, BigInteger a, BigInteger b)
    {
        switch (sign)
        {
            case "+":
                return a + b;
            case "-":
                return a - b;
            case "*":
                return a * b;
        }

        BigInteger quotient = BigInteger.DivRem(a, NotZero(b), out BigInteger remainder);
        bool floors = !remainder.IsZero && (remainder.Sign < 0) != (b.Sign < 0);
        return sign == "%" ? (floors ? remainder + b : remainder) : (floors ? quotient - 1 : quotient);
    }

    private static BigInteger NotZero(BigInteger divisor) =>
        divisor.IsZero ? throw TemplateFault.Type("division by zero") : divisor;

    private static object Divide(BigInteger a, BigInteger b)
    {
        NotZero(b);
        const int exact = 53;
        if (a.GetBitLength() <= exact && b.GetBitLength() <= exact)
        {
            return (double)a / (double)b;
        }

        return FloatText.Ratio(a, b);
    }

    private static object Power(BigInteger a, BigInteger b)
    {
        if (b.Sign < 0)
        {
            return Fractional("**", ToDouble(a), ToDouble(b));
        }

        if (a.IsZero || a.IsOne)
        {
            return b.IsZero ? BigInteger.One : a;
        }

        if (a == BigInteger.MinusOne)
        {
            return b.IsEven ? BigInteger.One : a;
        }

        if (b > LongestInteger || (a.GetBitLength() - 1) * (long)b > LongestInteger)
        {
            throw TemplateFault.Limit($"a whole number of more than {LongestInteger} bits");
        }

        return Bounded(BigInteger.Pow(a, (int)b));
    }

    private static BigInteger Bounded(BigInteger value) => value.GetBitLength() <= LongestInteger
        ? value
        : throw TemplateFault.Limit($"a whole number of more than {LongestInteger} bits");

    private static object Fractional(string sign, double a, double b)
    {
        if (b == 0 && sign is ("/" or "//" or "%"))
        {
            throw TemplateFault.Type("float division by zero");
        }

        switch (sign)
        {
            case "+":
                return a + b;
            case "-":
                return a - b;
            case "*":
                return a * b;
            case "/":
                return a / b;
            case "**":
                return FloatPower(a, b);
        }

        double remainder = a % b;
        double quotient = (a - remainder) / b;
        if (remainder != 0)
        {
            if ((b < 0) != (remainder < 0))
            {
                remainder += b;
                quotient -= 1;
            }
        }
        else
        {
            remainder = Math.CopySign(0, b);
        }

        if (sign == "%")
        {
            return remainder;
        }

        double floor = quotient == 0 ? Math.CopySign(0, a / b) : Math.Floor(quotient);
        return quotient - floor > 0.5 ? floor + 1 : floor;
    }

    private static object FloatPower(double a, double b)
    {
        if (a == 0 && b < 0)
        {
            throw TemplateFault.Type("0.0 cannot be raised to a negative power");
        }

        double power = Math.Pow(a, b);
        if (double.IsNaN(power) && !double.IsNaN(a) && !double.IsNaN(b))
        {
            throw TemplateFault.Type("a complex number");
        }

        return double.IsInfinity(power) && double.IsFinite(a) && double.IsFinite(b)
            ? throw TemplateFault.Type("Numerical result out of range")
            : power;
    }
}
