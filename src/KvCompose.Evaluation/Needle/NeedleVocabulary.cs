using KvCompose.Models.Tokenizers;

namespace KvCompose.Evaluation;

/// <summary>
/// What the texts of the needle task are made of, as tokens: words, templates, and the pairs that no training has seen.
/// Read from the words.json that belongs to a model.
/// </summary>
public sealed class NeedleVocabulary
{
    internal NeedleVocabulary(WordsFile words)
    {
        Adjectives = words.WordList("adjectives");
        Nouns = words.WordList("nouns");
        Fillers = words.WordList("fillers");
        Numbers = words.WordList("numbers");
        ValueTokens = words.Integer("valueTokens", 1, 64);
        HeldOutModulus = words.Integer("heldOutPairs.modulus", 1, 65_536);
        HeldOutRemainder = words.Integer("heldOutPairs.remainder", 0, HeldOutModulus - 1);
        Beginning = words.Template("templates.beginning", ValueTokens, keys: 0, values: 0);
        Fact = words.Template("templates.fact", ValueTokens, keys: 1, values: 1);
        Question = words.Template("templates.question", ValueTokens, keys: 1, values: 0);
        AfterAnswer = words.Template("templates.afterAnswer", ValueTokens, keys: 0, values: 0);
        Noise = words.NoiseTemplates("templates.noise", ValueTokens);
        Tasks = words.Has("tasks") ? new NeedleTaskWords(words, ValueTokens) : null;
    }

    /// <summary>Tokens of the keys' first words.</summary>
    public IReadOnlyList<int> Adjectives { get; }

    /// <summary>Tokens of the keys' second words.</summary>
    public IReadOnlyList<int> Nouns { get; }

    /// <summary>Tokens of the words that mean nothing to the task.</summary>
    public IReadOnlyList<int> Fillers { get; }

    /// <summary>Tokens that a value is made of.</summary>
    public IReadOnlyList<int> Numbers { get; }

    /// <summary>Tokens of a value.</summary>
    public int ValueTokens { get; }

    /// <summary>What every text begins with.</summary>
    public NeedleTemplate Beginning { get; }

    /// <summary>A fact: key and value.</summary>
    public NeedleTemplate Fact { get; }

    /// <summary>A question for a key's value, which follows it.</summary>
    public NeedleTemplate Question { get; }

    /// <summary>What follows a value before the next question.</summary>
    public NeedleTemplate AfterAnswer { get; }

    /// <summary>Sentences without facts.</summary>
    public IReadOnlyList<NeedleTemplate> Noise { get; }

    /// <summary>What questions for more than one value are made of; null for a model that was taught none.</summary>
    public NeedleTaskWords? Tasks { get; }

    /// <summary>m of the held-out rule (i + j) mod m = r.</summary>
    public int HeldOutModulus { get; }

    /// <summary>r of the held-out rule (i + j) mod m = r.</summary>
    public int HeldOutRemainder { get; }

    /// <summary>Reads a words.json.</summary>
    /// <param name="file">The file.</param>
    /// <param name="tokenizer">The model's tokenizer; every word is one of its tokens.</param>
    /// <exception cref="NeedleVocabularyException">The file cannot be used; the message names file, field and value.</exception>
    public static NeedleVocabulary Load(string file, Tokenizer tokenizer)
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentNullException.ThrowIfNull(tokenizer);
        using WordsFile words = WordsFile.Open(file, tokenizer);
        return new NeedleVocabulary(words);
    }

    /// <summary>Whether training never draws the pair of adjective number i and noun number j.</summary>
    public bool IsHeldOut(int adjective, int noun) => (adjective + noun) % HeldOutModulus == HeldOutRemainder;

    /// <summary>All pairs of adjective and noun that training never draws, in order.</summary>
    internal (int Adjective, int Noun)[] HeldOutPairs() =>
    [
        .. from i in Enumerable.Range(0, Adjectives.Count)
           from j in Enumerable.Range(0, Nouns.Count)
           where IsHeldOut(i, j)
           select (i, j),
    ];
}
