using System.Buffers.Binary;
using System.Security.Cryptography;
using KvCompose.Models.Sampling.Grammars;

namespace KvCompose.Models.Sampling;

/// <summary>
/// Chooses the tokens of one sequence. It belongs to that sequence alone: what others draw never changes it. Nothing is allocated
/// for a token, except while a grammar meets new states.
/// </summary>
public sealed class Sampler
{
    private readonly SamplingOptions _options;
    private readonly float[] _scores;
    private readonly CandidateSet? _candidates;
    private readonly TokenCounts? _counts;
    private readonly SamplingRandom _random;
    private readonly GrammarMatcher? _grammar;
    private readonly SampledToken[] _alternatives;
    private readonly (int Token, float Bias)[] _bias;

    /// <summary>Prepares a sequence.</summary>
    /// <param name="options">How tokens are chosen.</param>
    /// <param name="vocabularySize">Length of the logits.</param>
    /// <param name="prompt">The prompt's tokens, which the repetition penalty counts.</param>
    /// <param name="grammar">What the answer must match; null for anything.</param>
    /// <exception cref="ArgumentException">An option or a token is outside its range.</exception>
    public Sampler(SamplingOptions options, int vocabularySize, ReadOnlySpan<int> prompt = default, GrammarMatcher? grammar = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate(vocabularySize);
        if (grammar is not null && grammar.VocabularySize > vocabularySize)
        {
            throw new ArgumentException($"The grammar knows {grammar.VocabularySize} tokens, the model {vocabularySize}", nameof(grammar));
        }

        _options = options;
        _grammar = grammar;
        _scores = new float[vocabularySize];
        _candidates = options.Temperature > 0 ? new CandidateSet(vocabularySize) : null;
        _alternatives = new SampledToken[Math.Min(options.Alternatives, vocabularySize)];
        _bias = [.. (options.LogitBias ?? new Dictionary<int, float>()).Select(item => (item.Key, item.Value))];
        Seed = options.Seed ?? BinaryPrimitives.ReadUInt64LittleEndian(RandomNumberGenerator.GetBytes(sizeof(ulong)));
        _random = new SamplingRandom(Seed);
        if (options.RepetitionPenalty != 1 || options.FrequencyPenalty != 0 || options.PresencePenalty != 0)
        {
            _counts = new TokenCounts(vocabularySize);
            foreach (int token in prompt)
            {
                _counts.Add(Checked(token, nameof(prompt)), inAnswer: false);
            }
        }
    }

    /// <summary>The seed of the draws: the given one, or the one that was chosen.</summary>
    public ulong Seed { get; }

    /// <summary>The model's own best tokens of the last step, best first: <see cref="SamplingOptions.Alternatives"/> of them.</summary>
    public ReadOnlySpan<SampledToken> Alternatives => _alternatives;

    /// <summary>Whether the grammar's value is complete, so that the answer may end; true without a grammar.</summary>
    public bool MayEnd => _grammar?.IsComplete ?? true;

    /// <summary>Chooses the next token and counts it as part of the answer.</summary>
    /// <param name="logits">The model's logits, one a token. They are not changed.</param>
    /// <exception cref="ArgumentException">The number of logits is not the vocabulary's size.</exception>
    /// <exception cref="InvalidOperationException">A logit is not a number, or no token may follow.</exception>
    public SampledToken Next(ReadOnlySpan<float> logits)
    {
        if (logits.Length != _scores.Length)
        {
            throw new ArgumentException($"{logits.Length} logits for a vocabulary of {_scores.Length} tokens", nameof(logits));
        }

        double logSumExp = ModelDistribution.LogSumExp(logits);
        ModelDistribution.Best(logits, logSumExp, _alternatives);
        logits.CopyTo(_scores);
        ApplyBias();
        ApplyPenalties();
        _grammar?.Mask(_scores);
        int token = _candidates is null ? Best() : Draw(_candidates);
        Accept(token);
        return new SampledToken(token, (float)(logits[token] - logSumExp));
    }

    /// <summary>Counts a token that was not chosen here, for instance one that a test or a draft model gives.</summary>
    /// <exception cref="ArgumentException">The token is outside the vocabulary, or the grammar does not allow it.</exception>
    public void Accept(int token)
    {
        _grammar?.Accept(token);
        _counts?.Add(Checked(token, nameof(token)), inAnswer: true);
    }

    private int Checked(int token, string name) => token >= 0 && token < _scores.Length
        ? token
        : throw new ArgumentException($"{token} is no token of a vocabulary of {_scores.Length}", name);

    private void ApplyBias()
    {
        foreach ((int token, float bias) in _bias)
        {
            _scores[token] += bias;
        }
    }

    private void ApplyPenalties()
    {
        if (_counts is null)
        {
            return;
        }

        foreach (int token in _counts.Ids)
        {
            float score = _scores[token];
            score = score > 0 ? score / _options.RepetitionPenalty : score * _options.RepetitionPenalty;
            int count = _counts.InAnswer(token);
            _scores[token] = count == 0 ? score : score - count * _options.FrequencyPenalty - _options.PresencePenalty;
        }
    }

    private int Best()
    {
        int best = -1;
        for (int i = 0; i < _scores.Length; i++)
        {
            if (_scores[i] > float.NegativeInfinity && (best < 0 || _scores[i] > _scores[best]))
            {
                best = i;
            }
        }

        return best >= 0 ? best : throw Nothing();
    }

    private int Draw(CandidateSet candidates)
    {
        double temperature = _options.Temperature;
        candidates.Load(_scores);
        if (candidates.Count == 0)
        {
            throw Nothing();
        }

        if (_options.TopK > 0)
        {
            candidates.KeepBest(_options.TopK);
        }

        if (_options.TopP < 1)
        {
            candidates.KeepMass(_options.TopP, temperature);
        }

        if (_options.MinP > 0)
        {
            candidates.KeepNearBest(_options.MinP, temperature);
        }

        if (_options.TypicalP < 1)
        {
            candidates.KeepTypical(_options.TypicalP, temperature);
        }

        return candidates.Draw(_random.Next(), temperature);
    }

    private static InvalidOperationException Nothing() =>
        new("No token may follow: logit bias and grammar forbid every one");
}
