namespace KvCompose.Models;

/// <summary>What config.json says about a model of the Llama family.</summary>
public sealed record ModelConfiguration
{
    /// <summary>The dimensions that a pipeline has to know.</summary>
    public required TransformerShape Shape { get; init; }

    /// <summary>Width of the feed-forward block.</summary>
    public required int FeedForward { get; init; }

    /// <summary>ε of every RMS normalisation.</summary>
    public required float NormEpsilon { get; init; }

    /// <summary>Base θ of the rotary frequencies.</summary>
    public required double RopeTheta { get; init; }

    /// <summary>What happens to the rotary frequencies.</summary>
    public required RopeScaling RopeScaling { get; init; }

    /// <summary>Whether the language-model head is the embedding.</summary>
    public required bool TiedEmbeddings { get; init; }

    /// <summary>Whether query, key and value projections have a bias. One of the output projection is used where it exists.</summary>
    public required bool AttentionBias { get; init; }

    /// <summary>The token that begins a text, if the model has one.</summary>
    public int? BeginToken { get; init; }

    /// <summary>The tokens that end a text; may be empty.</summary>
    public required IReadOnlyList<int> EndTokens { get; init; }
}
