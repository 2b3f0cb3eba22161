namespace KvCompose.Models.Sampling;

/// <summary>
/// How the next token is chosen. The steps run in the order of transformers: logit bias, repetition penalty (then OpenAI's
/// frequency and presence penalties, which transformers lacks), grammar, temperature, top-k, top-p, min-p, typical-p, draw.
/// After each step the probabilities of the tokens that are left sum to 1 again.
/// </summary>
public sealed record SamplingOptions
{
    /// <summary>Most alternatives that <see cref="Alternatives"/> may ask for.</summary>
    public const int MostAlternatives = 64;

    /// <summary>Divides the logits. 0 takes the best token and needs no seed.</summary>
    public float Temperature { get; init; } = 1;

    /// <summary>Keeps this many best tokens, and those that equal the last of them. 0 is off.</summary>
    public int TopK { get; init; }

    /// <summary>Keeps the best tokens until their probabilities reach this sum. 1 is off.</summary>
    public float TopP { get; init; } = 1;

    /// <summary>Keeps tokens with at least this part of the best token's probability. 0 is off.</summary>
    public float MinP { get; init; }

    /// <summary>Keeps the tokens whose surprise is nearest to the entropy until their probabilities reach this sum. 1 is off.</summary>
    public float TypicalP { get; init; } = 1;

    /// <summary>
    /// Divides positive logits and multiplies negative ones of tokens that the prompt or the answer holds. 1 is off.
    /// Source: Keskar et al. 2019.
    /// </summary>
    public float RepetitionPenalty { get; init; } = 1;

    /// <summary>Is subtracted from a token's logit for every time that the answer holds it. 0 is off.</summary>
    public float FrequencyPenalty { get; init; }

    /// <summary>Is subtracted from the logit of every token that the answer holds. 0 is off.</summary>
    public float PresencePenalty { get; init; }

    /// <summary>Is added to the logits of single tokens. Minus infinity forbids a token.</summary>
    public IReadOnlyDictionary<int, float>? LogitBias { get; init; }

    /// <summary>Seed of the draws; null for a random one. Equal seeds, options and logits give equal tokens.</summary>
    public ulong? Seed { get; init; }

    /// <summary>How many of the model's own best tokens are reported with each token.</summary>
    public int Alternatives { get; init; }

    /// <summary>Checks all values.</summary>
    /// <param name="vocabularySize">Number of tokens.</param>
    /// <exception cref="ArgumentException">A value is outside its range; the message names it.</exception>
    public void Validate(int vocabularySize)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(vocabularySize, 1);
        Check(Temperature >= 0 && float.IsFinite(Temperature), nameof(Temperature), Temperature, "0 or more");
        Check(TopK >= 0, nameof(TopK), TopK, "0 or more");
        Check(TopP is >= 0 and <= 1, nameof(TopP), TopP, "from 0 to 1");
        Check(MinP is >= 0 and <= 1, nameof(MinP), MinP, "from 0 to 1");
        Check(TypicalP is >= 0 and <= 1, nameof(TypicalP), TypicalP, "from 0 to 1");
        Check(RepetitionPenalty > 0 && float.IsFinite(RepetitionPenalty), nameof(RepetitionPenalty), RepetitionPenalty, "above 0");
        Check(float.IsFinite(FrequencyPenalty), nameof(FrequencyPenalty), FrequencyPenalty, "a finite number");
        Check(float.IsFinite(PresencePenalty), nameof(PresencePenalty), PresencePenalty, "a finite number");
        Check(Alternatives is >= 0 and <= MostAlternatives, nameof(Alternatives), Alternatives, $"from 0 to {MostAlternatives}");
        foreach ((int token, float bias) in LogitBias ?? new Dictionary<int, float>())
        {
            Check(token >= 0 && token < vocabularySize, nameof(LogitBias), token, $"a token from 0 to {vocabularySize - 1}");
            Check(!float.IsNaN(bias) && !float.IsPositiveInfinity(bias), $"{nameof(LogitBias)} of token {token}", bias, "a number below infinity");
        }
    }

    private static void Check(bool holds, string name, object value, string range)
    {
        if (!holds)
        {
            throw new ArgumentException(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{name} is {value}; it must be {range}"), name);
        }
    }
}
