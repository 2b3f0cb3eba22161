namespace KvCompose.Residency.HostCopies;

/// <summary>What a tier has done since its session was opened.</summary>
internal sealed class TierCounters
{
    /// <summary>Drifts that asked for fresh tokens.</summary>
    public long Triggers { get; set; }

    /// <summary>Requests that could not be fulfilled; the tokens before stayed.</summary>
    public long Failures { get; private set; }

    /// <summary>Why the latest of them could not.</summary>
    public Exception? LastFailure { get; private set; }

    /// <summary>Tokens that came, summed over copies.</summary>
    public long Tokens { get; private set; }

    /// <summary>Bytes of keys and values that came.</summary>
    public long Bytes { get; private set; }

    /// <summary>Counts a request that could not be fulfilled.</summary>
    public void Failed(Exception cause)
    {
        Failures++;
        LastFailure = cause;
    }

    /// <summary>Counts tokens that came.</summary>
    public void Moved(int tokens, int rowFloats)
    {
        Tokens += tokens;
        Bytes += (long)tokens * rowFloats * sizeof(float);
    }
}
