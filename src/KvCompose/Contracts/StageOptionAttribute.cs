namespace KvCompose;

/// <summary>
/// Marks a property of a stage struct as an option that a declaration may set. The value is checked at compile time and,
/// for options that stay open until run time, again when a session opens.
/// </summary>
/// <param name="defaultValue">The value when the declaration does not state one: an int, double, bool or enum constant.</param>
[AttributeUsage(AttributeTargets.Property)]
public sealed class StageOptionAttribute(object defaultValue) : Attribute
{
    /// <summary>The value when the declaration does not state one.</summary>
    public object DefaultValue { get; } = defaultValue;

    /// <summary>Smallest valid value.</summary>
    public double Minimum { get; set; } = double.NegativeInfinity;

    /// <summary>Largest valid value.</summary>
    public double Maximum { get; set; } = double.PositiveInfinity;

    /// <summary>Whether only odd values are valid (pooling kernels).</summary>
    public bool Odd { get; set; }

    /// <summary>What the option means to the compiler.</summary>
    public OptionRole Role { get; set; }

    /// <summary>Whether a session may override the declared value; other options are constants of the emitted code.</summary>
    public bool RunTime { get; set; }

    /// <summary>
    /// Names of other options of the stage that this one decides while it is not the enum member 0: a preset. A declaration that
    /// states both is warned of.
    /// </summary>
    public string[] Decides { get; set; } = [];
}
