using System.Globalization;

namespace KvCompose;

/// <summary>An option that a session was opened with is out of range.</summary>
/// <param name="stage">The stage or options type.</param>
/// <param name="option">The option.</param>
/// <param name="value">What it was set to.</param>
/// <param name="valid">What it may be.</param>
public sealed class StageOptionException(string stage, string option, string value, string valid)
    : ArgumentException($"option {option} of {stage} is {value}, but must be {valid}")
{
    /// <summary>The stage or options type.</summary>
    public string Stage { get; } = stage;

    /// <summary>The option.</summary>
    public string Option { get; } = option;

    /// <summary>Throws unless the value is a member of its enum.</summary>
    /// <exception cref="StageOptionException">It is none.</exception>
    public static void ThrowIfUndefined<TChoice>(string stage, string option, TChoice value)
        where TChoice : struct, Enum
    {
        if (!Enum.IsDefined(value))
        {
            throw new StageOptionException(stage, option, value.ToString(), "one of " + string.Join(", ", Enum.GetNames<TChoice>()));
        }
    }

    /// <summary>Throws where an option was given that another one makes of no effect.</summary>
    /// <param name="stage">The stage.</param>
    /// <param name="option">The option.</param>
    /// <param name="value">What it was set to.</param>
    /// <param name="declared">What it was declared as, which counts as not given; so does 0.</param>
    /// <param name="decides">The option that decides.</param>
    /// <param name="decision">What that is.</param>
    /// <exception cref="StageOptionException">It was given, and the other one is not 0.</exception>
    public static void ThrowIfIgnored(string stage, string option, double value, double declared, string decides, double decision)
    {
        if (decision != 0 && value != 0 && value != declared)
        {
            throw new StageOptionException(
                stage, option, value.ToString(CultureInfo.InvariantCulture),
                string.Create(CultureInfo.InvariantCulture, $"0 where {decides} is {decision} and decides, or {decides} 0"));
        }
    }

    /// <summary>Throws unless minimum ≤ value ≤ maximum; NaN is never inside.</summary>
    /// <exception cref="StageOptionException">The value is outside.</exception>
    public static void ThrowIfOutside(string stage, string option, double value, double minimum, double maximum)
    {
        if (!(value >= minimum && value <= maximum))
        {
            throw new StageOptionException(
                stage, option, value.ToString(CultureInfo.InvariantCulture),
                string.Create(CultureInfo.InvariantCulture, $"between {minimum} and {maximum}"));
        }
    }
}
