namespace KvCompose;

/// <summary>The step at which tokens that were asked for take part in attention.</summary>
public enum RetrievalVisibility
{
    /// <summary>From the next token on: the step waits for what the step before asked for. Deterministic.</summary>
    NextToken,

    /// <summary>At once: watched heads attend first, and the others wait for what these ask for. Deterministic; nothing hides the copy.</summary>
    SameToken,

    /// <summary>As soon as they are there; no step waits. When that is depends on the machine.</summary>
    WhenReady,
}
