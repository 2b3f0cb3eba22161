namespace KvCompose.Samples;

/// <summary>An argument turned out to be wrong when it met the model or the disk.</summary>
internal sealed class WrongArgumentException(string message, Exception? cause = null) : Exception(message, cause);
