using KvCompose.Models.Tokenizers.Models;
using KvCompose.Models.Tokenizers.Normalizers;
using KvCompose.Models.Tokenizers.Processing;

namespace KvCompose.Models.Tokenizers.Vocabularies.Gguf;

/// <summary>Makes the steps between text and ids for a GGUF vocabulary.</summary>
internal static class GgufTokenizerReader
{
    private const string DefaultPre = "default";

    /// <exception cref="TokenizerFormatException">The vocabulary contradicts itself, or is not supported.</exception>
    public static ITokenPipeline Create(GgufVocabulary vocabulary, GgufTokenizerRules rules)
    {
        if (vocabulary.Model is not ("gpt2" or "llama" or "t5" or "bert"))
        {
            throw Error(vocabulary, $"'tokenizer.ggml.model' is \"{vocabulary.Model}\", expected gpt2, llama, t5 or bert");
        }

        return rules == GgufTokenizerRules.Published ? PublishedPipeline.Create(vocabulary) : new LlamaCppPipeline(vocabulary);
    }

    public static TokenizerFormatException Error(GgufVocabulary vocabulary, string problem) => new(vocabulary.File, problem);

    /// <summary>The rules that cut the text of a byte-level vocabulary.</summary>
    public static PreRules Rules(GgufVocabulary vocabulary)
        => PreTokenizerTable.Find(vocabulary.Pre ?? DefaultPre)
            ?? throw Error(vocabulary, $"'tokenizer.ggml.pre' is \"{vocabulary.Pre}\", which is not a pre-tokenizer that is known");

    /// <summary>The id of a special token; null if it is not in the vocabulary.</summary>
    public static int? Token(GgufVocabulary vocabulary, int? given, int absent)
        => (given ?? absent) is var id && id >= 0 && id < vocabulary.Tokens.Length ? id : null;

    public static GgufBytePairModel BytePair(GgufVocabulary vocabulary, bool ignoreMerges, bool published)
    {
        var merges = new (string Left, string Right)[vocabulary.Merges.Length];
        for (int i = 0; i < merges.Length; i++)
        {
            string merge = vocabulary.Merges[i];
            int space = merge.Length > 1 ? merge.IndexOf(' ', 1) : -1;
            merges[i] = space > 0
                ? (merge[..space], merge[(space + 1)..])
                : throw Error(vocabulary, $"'tokenizer.ggml.merges[{i}]' is '{merge}', expected two texts with a space between");
        }

        return new GgufBytePairModel(Vocabulary.Of(vocabulary.Tokens), merges, ignoreMerges, dropsFirst: published);
    }

    public static SentencePieceModel SentencePiece(GgufVocabulary vocabulary, bool published)
        => new(Vocabulary.Of(vocabulary.Tokens), Scores(vocabulary), Token(vocabulary, vocabulary.Unknown, 0), published);

    public static UnigramModel Unigram(GgufVocabulary vocabulary, bool published)
    {
        float[] given = Scores(vocabulary);
        var scores = new double[given.Length];
        double lowest = double.MaxValue;
        for (int id = 0; id < scores.Length; id++)
        {
            GgufTokenType type = vocabulary.Types[id];
            lowest = published || type == GgufTokenType.Normal ? Math.Min(lowest, given[id]) : lowest;
            scores[id] = published || type is GgufTokenType.Normal or GgufTokenType.Unused ? given[id]
                : type == GgufTokenType.UserDefined ? 0 : double.NaN;
        }

        return new UnigramModel(Vocabulary.Of(vocabulary.Tokens), scores, Token(vocabulary, vocabulary.Unknown, 2), lowest, byteFallback: false);
    }

    public static Precompiled? CharacterMap(GgufVocabulary vocabulary)
        => vocabulary.CharacterMap is not { } map ? null
            : Precompiled.Parse(map) ?? throw Error(vocabulary, "'tokenizer.ggml.precompiled_charsmap' contradicts its own size");

    private static float[] Scores(GgufVocabulary vocabulary)
    {
        float[] scores = vocabulary.Scores ?? throw Error(vocabulary, "'tokenizer.ggml.scores' is missing");
        int bad = Array.FindIndex(scores, score => !float.IsFinite(score));
        return bad < 0 ? scores : throw Error(vocabulary, $"'tokenizer.ggml.scores[{bad}]' is {scores[bad]}, expected a finite number");
    }
}
