namespace KvCompose.Shared.Specs;

/// <summary>One option of a declared stage with the value it has.</summary>
/// <param name="Name">The property of the stage struct.</param>
/// <param name="Literal">The value as C# source.</param>
/// <param name="Number">The value as a number; enums as their underlying value; null for text.</param>
/// <param name="Role">What the option means to the compiler.</param>
/// <param name="RunTime">Whether a session may override it.</param>
/// <param name="OneOfMany">Whether it is a member of an enum that is no set of flags.</param>
/// <param name="Minimum">Smallest valid value.</param>
/// <param name="Maximum">Largest valid value.</param>
internal sealed record OptionSpec(
    string Name, string Literal, double? Number, OptionRole Role, bool RunTime, bool OneOfMany, double Minimum, double Maximum);
