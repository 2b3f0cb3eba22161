namespace KvCompose;

/// <summary>What becomes of a sequence that has reached the model's context.</summary>
public enum ContextOverflow
{
    /// <summary>A further token is refused by <see cref="ContextExceededException"/>; nothing changes.</summary>
    Refuse,

    /// <summary>As <see cref="Refuse"/>, but <see cref="KvSession.Decode"/> ends, and <see cref="KvSession.End"/> says why.</summary>
    Stop,

    /// <summary>
    /// Positions become those in the cache: what is kept moves up after the sinks, as in StreamingLLM, so that decoding goes on for ever in the same memory.
    /// For pipelines that evict by position while decoding, and for models whose layers all have a window.
    /// </summary>
    Slide,
}
