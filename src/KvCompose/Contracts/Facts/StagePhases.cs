namespace KvCompose;

/// <summary>When a stage acts.</summary>
[System.Flags]
public enum StagePhases
{
    /// <summary>While the prompt is processed, layer by layer.</summary>
    Prefill = 1,

    /// <summary>At every generated token.</summary>
    Decode = 2,
}
