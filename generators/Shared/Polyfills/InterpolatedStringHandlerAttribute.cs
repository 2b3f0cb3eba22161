namespace System.Runtime.CompilerServices;

/// <summary>Marks a type that interpolated strings are built into; netstandard2.0 lacks it.</summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Struct, Inherited = false)]
internal sealed class InterpolatedStringHandlerAttribute : Attribute;
