using System.Numerics;
using KvCompose.Models.Templates.Values;

namespace KvCompose.Models.Templates.Functions;

/// <summary>Attributes and methods of numbers.</summary>
internal static class NumberMethods
{
    public static object? Find(object number, string name)
    {
        object plain = number is bool b ? new BigInteger(b ? 1 : 0) : number;
        return name switch
        {
            "real" => plain,
            "imag" => plain is double ? 0.0 : BigInteger.Zero,
            "numerator" when plain is BigInteger => plain,
            "denominator" when plain is BigInteger => BigInteger.One,
            "conjugate" => Method(name, () => plain),
            "bit_length" when plain is BigInteger i => Method(name, () => Boxed.Of(BigInteger.Abs(i).GetBitLength())),
            "is_integer" when plain is double d => Method(name, () => Boxed.Of(double.IsInteger(d))),
            _ => null,
        };
    }

    private static FunctionValue Method(string name, Func<object> body) => new(name, (_, arguments) =>
    {
        arguments.BindPositional(name, 0, 0);
        return body();
    });
}
