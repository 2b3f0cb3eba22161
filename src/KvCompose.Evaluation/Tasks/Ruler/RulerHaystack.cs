namespace KvCompose.Evaluation;

/// <summary>What RULER hides needles in.</summary>
public enum RulerHaystack
{
    /// <summary>One sentence about grass, sky and sun, again and again.</summary>
    Repeat,

    /// <summary>Prose.</summary>
    Essay,

    /// <summary>Other needles, of keys that are not asked for.</summary>
    Needles,
}
