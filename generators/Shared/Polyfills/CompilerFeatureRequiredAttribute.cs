namespace System.Runtime.CompilerServices;

/// <summary>Required members are marked with it by the compiler; netstandard2.0 lacks it.</summary>
[AttributeUsage(AttributeTargets.All, AllowMultiple = true, Inherited = false)]
internal sealed class CompilerFeatureRequiredAttribute(string featureName) : Attribute
{
    public string FeatureName { get; } = featureName;
}
