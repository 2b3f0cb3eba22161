namespace KvCompose.Models;

/// <summary>A mixture of experts (Shazeer et al. 2017): some feed-forward blocks of many, chosen for every token by a router.</summary>
public sealed record ExpertsDescription
{
    /// <summary>Experts, E.</summary>
    public required int Count { get; init; }

    /// <summary>Experts that a token goes through, k.</summary>
    public required int Chosen { get; init; }

    /// <summary>Elements between an expert's projections.</summary>
    public required int Width { get; init; }

    /// <summary>The activation.</summary>
    public Activation Activation { get; init; }

    /// <summary>Whether the projections have biases.</summary>
    public bool Bias { get; init; }

    /// <summary>How experts are chosen and weighted.</summary>
    public required RouterDescription Router { get; init; }

    /// <summary>Whether <see cref="LayerDescription.FeedForward"/> is an expert that all tokens share, rather than a block beside.</summary>
    public bool DenseIsShared { get; init; }

    /// <summary>Whether the shared expert is multiplied with σ of a projection of its input.</summary>
    public bool SharedGate { get; init; }

    /// <summary>Whether an expert's weight multiplies what it reads instead of what it gives.</summary>
    public bool ScalesInput { get; init; }

    /// <summary>Whether gate and up projection alternate row by row in the one tensor that holds both; else the gate comes first.</summary>
    public bool Interleaved { get; init; }

    /// <summary>Normalisation of what experts read; null for what the feed-forward block reads.</summary>
    public NormDescription? Norm { get; init; }

    /// <summary>Normalisation of what all experts together add; null for none.</summary>
    public NormDescription? OutputNorm { get; init; }

    /// <summary>Normalisation of what the feed-forward block beside them adds; null for none.</summary>
    public NormDescription? DenseOutputNorm { get; init; }
}

/// <summary>How experts are chosen and weighted.</summary>
public sealed record RouterDescription
{
    /// <summary>What logits become.</summary>
    public required RouterScores Scores { get; init; }

    /// <summary>Whether the projection has a bias.</summary>
    public bool Bias { get; init; }

    /// <summary>Whether a stored number is added to every score to choose, but not to weight.</summary>
    public bool SelectionBias { get; init; }

    /// <summary>Whether the weights of the chosen are divided by their sum.</summary>
    public bool Renormalise { get; init; }

    /// <summary>What is added to that sum.</summary>
    public double RenormaliseEpsilon { get; init; }

    /// <summary>What weights are multiplied with at last.</summary>
    public double Scale { get; init; } = 1;

    /// <summary>Groups of experts, of which only some may be chosen from: those with the largest sums of their two best scores.</summary>
    public int Groups { get; init; } = 1;

    /// <summary>Groups that may be chosen from.</summary>
    public int ChosenGroups { get; init; } = 1;

    /// <summary>
    /// Normalisation, with stored weights times 1 / √D, of the hidden state that the router reads in place of what experts read;
    /// null for what they read.
    /// </summary>
    public NormDescription? InputNorm { get; init; }

    /// <summary>Whether the weight of every expert is multiplied with a stored number.</summary>
    public bool ExpertScale { get; init; }
}

/// <summary>What the logits of a router become.</summary>
public enum RouterScores
{
    /// <summary>Their softmax over all experts.</summary>
    Softmax,

    /// <summary>Their softmax over the chosen ones.</summary>
    SoftmaxOfChosen,

    /// <summary>σ of each.</summary>
    Sigmoid,
}
