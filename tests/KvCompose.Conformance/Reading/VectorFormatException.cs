namespace KvCompose.Conformance.Reading;

/// <summary>A vector file lacks a field or holds something that its encoding does not allow. The message names the field.</summary>
public sealed class VectorFormatException(string message) : Exception(message);
