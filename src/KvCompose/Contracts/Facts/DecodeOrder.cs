namespace KvCompose;

/// <summary>The line along which the retentions of a decode step are pooled.</summary>
public enum DecodeOrder
{
    /// <summary>No pooling: every token stands for itself.</summary>
    None,

    /// <summary>By position.</summary>
    Positional,

    /// <summary>As the tokens were last ranked: by score after the prompt, by retention after every eviction; the window comes last.</summary>
    Physical,
}
