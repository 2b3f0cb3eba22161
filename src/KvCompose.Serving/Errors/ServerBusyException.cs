namespace KvCompose.Serving;

/// <summary>A request was not taken because too many wait, or because the engine ends.</summary>
public sealed class ServerBusyException : Exception
{
    internal ServerBusyException(string reason, TimeSpan retryAfter)
        : base(reason)
        => RetryAfter = retryAfter;

    /// <summary>When it may be tried again: the time that those who wait are expected to take.</summary>
    public TimeSpan RetryAfter { get; }
}
