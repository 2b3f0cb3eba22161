namespace KvCompose;

/// <summary>Where the published code departs from its own description in a way that changes results.</summary>
[Flags]
public enum PublishedDefects
{
    /// <summary>What the method intends.</summary>
    None = 0,

    /// <summary>A: the i-th group visited starts with the reference set of the i-th pivot in physical order, whichever it is.</summary>
    SlotMismatch = 1,

    /// <summary>B: a smaller satellite gets the lowest positions of the group's largest set instead of its own best.</summary>
    PositionBiasedTruncation = 2,

    /// <summary>C: the prompt is cut to a budget floored in float32, while pages and refreshes use float64.</summary>
    TwoPrecisions = 4,

    /// <summary>Calibration on a text of 2 or 4 tokens pools with an even kernel, so that one position too many can be important.</summary>
    EvenPooling = 8,

    /// <summary>All of them: what the published code computes.</summary>
    ReferenceExact = SlotMismatch | PositionBiasedTruncation | TwoPrecisions | EvenPooling,
}
