namespace KvCompose.Roslyn.Testing;

/// <summary>An expectation of the harness does not hold; the message says which and shows what was found.</summary>
public sealed class RoslynAssertException(string message) : Exception(message);
