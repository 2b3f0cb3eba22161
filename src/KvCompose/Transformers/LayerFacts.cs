namespace KvCompose;

/// <summary>What a pipeline has to know of one decoder layer. The default is a layer that sees every token before it.</summary>
/// <param name="Kind">Which tokens it sees.</param>
/// <param name="Window">Positions that a token sees, itself included, where the kind is <see cref="LayerKind.SlidingWindow"/>; else 0.</param>
/// <param name="SoftCap">The bound c of scaled scores, c · tanh(score / c); 0 for none.</param>
public readonly record struct LayerFacts(LayerKind Kind, int Window, float SoftCap);

/// <summary>Which tokens a layer sees.</summary>
public enum LayerKind
{
    /// <summary>Every token before.</summary>
    Full,

    /// <summary>The last <see cref="LayerFacts.Window"/> tokens.</summary>
    SlidingWindow,
}
