namespace KvCompose.Tool;

/// <summary>The command line asks for what does not exist.</summary>
internal sealed class WrongArgumentException(string message) : Exception(message);
