namespace KvCompose.Conformance.Running;

/// <summary>Our result is not the expected one. The message names the field, what was expected and what came.</summary>
public sealed class VectorMismatchException(string message) : Exception(message);
