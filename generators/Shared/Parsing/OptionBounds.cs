using Microsoft.CodeAnalysis;

namespace KvCompose.Shared.Parsing;

/// <summary>What values of an option are valid: what its marker says, within what its role can mean.</summary>
internal readonly record struct OptionBounds(double Minimum, double Maximum, bool Odd)
{
    private const double MostTokens = 16_777_216;
    private const double WidestKernel = 255;
    private const double MostLayers = 1023;

    /// <summary>The largest value of <see cref="PoolingKind"/> and of <see cref="GroupReduction"/>.</summary>
    private const double LastChoice = 2;

    public static OptionBounds Of(AttributeData marker, OptionRole role)
    {
        var declared = new OptionBounds(
            Named(marker, nameof(Minimum)) ?? double.NegativeInfinity,
            Named(marker, nameof(Maximum)) ?? double.PositiveInfinity,
            Named(marker, nameof(Odd)) is not (null or 0));
        return role switch
        {
            OptionRole.Sinks or OptionRole.Window or OptionRole.Budget => declared.Within(0, MostTokens),
            OptionRole.ObservedRows => declared.Within(1, MostTokens),
            OptionRole.PoolingKernel => declared.Within(1, WidestKernel) with { Odd = true },
            OptionRole.Layer => declared.Within(0, MostLayers),
            OptionRole.Rate => declared.Within(double.Epsilon, 1),
            OptionRole.Pooling or OptionRole.Reduction or OptionRole.PoolingOrder => declared.Within(0, LastChoice),
            _ => declared,
        };
    }

    public bool Contains(double number) => number >= Minimum && number <= Maximum && !(Odd && IsEven(number));

    /// <summary>The valid value that is next to a number.</summary>
    public double Nearest(double number)
    {
        double nearest = Math.Min(Maximum, Math.Max(Minimum, double.IsNaN(number) ? 0 : number));
        if (!Odd || !IsEven(nearest))
        {
            return nearest;
        }

        return nearest + 1 <= Maximum ? nearest + 1 : nearest - 1;
    }

    /// <summary>What must hold, to follow the words "must be".</summary>
    public override string ToString()
    {
        string range = (double.IsInfinity(Minimum), double.IsInfinity(Maximum)) switch
        {
            (false, false) => $"between {Constants.Text(Minimum)} and {Constants.Text(Maximum)}",
            (false, true) => $"at least {Constants.Text(Minimum)}",
            (true, false) => $"at most {Constants.Text(Maximum)}",
            _ => "",
        };
        return (Odd, range) switch
        {
            (true, "") => "odd",
            (true, _) => "odd and " + range,
            (_, "") => "a number",
            _ => range,
        };
    }

    private static bool IsEven(double number) => Math.IEEERemainder(number, 2) == 0;

    private static double? Named(AttributeData marker, string name)
        => Constants.Named(marker, name) is { } argument ? Constants.Number(Constants.Of(argument)) : null;

    private OptionBounds Within(double minimum, double maximum)
        => this with { Minimum = Math.Max(minimum, Minimum), Maximum = Math.Min(maximum, Maximum) };
}
