namespace System.Diagnostics.CodeAnalysis;

/// <summary>What the compiler needs for records with required members.</summary>
[AttributeUsage(AttributeTargets.Constructor)]
internal sealed class SetsRequiredMembersAttribute : Attribute;
