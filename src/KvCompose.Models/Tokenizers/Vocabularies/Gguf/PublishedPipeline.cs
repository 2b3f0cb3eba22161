using KvCompose.Models.Tokenizers.Decoders;
using KvCompose.Models.Tokenizers.Models;
using KvCompose.Models.Tokenizers.Normalizers;
using KvCompose.Models.Tokenizers.Patterns;
using KvCompose.Models.Tokenizers.PreTokenizers;
using KvCompose.Models.Tokenizers.Processing;
using KvCompose.Models.Tokenizers.Unicode;

namespace KvCompose.Models.Tokenizers.Vocabularies.Gguf;

/// <summary>The steps of the tokenizer.json that a GGUF vocabulary was made from.</summary>
internal static class PublishedPipeline
{
    private const string MetaspaceText = "▁";
    private const int LongestWord = 100;

    /// <summary>Names whose published file composes text first; the GGUF file does not say so.</summary>
    private static readonly string[] s_composed = ["qwen2", "qwen35"];

    /// <summary>Names whose published file takes a piece that is a token whole, which llama.cpp does not do.</summary>
    private static readonly string[] s_wholePieces = ["gpt-4o", "llama4"];

    public static TokenPipeline Create(GgufVocabulary vocabulary) => vocabulary.Model switch
    {
        "gpt2" => BytePair(vocabulary),
        "llama" => SentencePiece(vocabulary),
        "t5" => Unigram(vocabulary),
        _ => WordPiece(vocabulary),
    };

    private static TokenPipeline BytePair(GgufVocabulary vocabulary)
    {
        PreRules rules = GgufTokenizerReader.Rules(vocabulary);
        INormalizer? normalizer = s_composed.Contains(vocabulary.Pre) ? new UnicodeForm(compatible: false, compose: true)
            : rules.Has(PreFlags.EscapeSpaces) ? new Replace(new TextPattern(" ", null), MetaspaceText) : null;
        bool whole = rules.Has(PreFlags.IgnoreMerges) || s_wholePieces.Contains(vocabulary.Pre);
        int? bos = GgufTokenizerReader.Token(vocabulary, vocabulary.Bos, 11), eos = GgufTokenizerReader.Token(vocabulary, vocabulary.Eos, 11);
        return new TokenPipeline
        {
            Model = GgufTokenizerReader.BytePair(vocabulary, whole, published: true),
            Normalizer = normalizer,
            PreTokenizer = GgufSplits.Create(rules, published: true),
            PostProcessor = Around(
                vocabulary, (vocabulary.AddBos ?? rules.Has(PreFlags.AddBos)) ? bos : null, (vocabulary.AddEos ?? false) ? eos : null),
            Decoder = rules.Has(PreFlags.Raw)
                ? new DecoderSequence([new ReplaceDecoder(new TextPattern(MetaspaceText, null), " "), new ByteFallbackDecoder(), new Fuse()])
                : new ByteLevelDecoder(),
            Added = Added(vocabulary, normalizer),
        };
    }

    private static TokenPipeline SentencePiece(GgufVocabulary vocabulary)
    {
        bool prefix = vocabulary.AddSpacePrefix ?? true;
        INormalizer escape = new Replace(new TextPattern(" ", null), MetaspaceText);
        INormalizer normalizer = prefix ? new NormalizerSequence([new Prepend(MetaspaceText), escape]) : escape;
        IDecoder[] decoders = [new ReplaceDecoder(new TextPattern(MetaspaceText, null), " "), new ByteFallbackDecoder(), new Fuse()];
        int? bos = GgufTokenizerReader.Token(vocabulary, vocabulary.Bos, 1), eos = GgufTokenizerReader.Token(vocabulary, vocabulary.Eos, 2);
        return new TokenPipeline
        {
            Model = GgufTokenizerReader.SentencePiece(vocabulary, published: true),
            Normalizer = normalizer,
            PostProcessor = Around(vocabulary, (vocabulary.AddBos ?? true) ? bos : null, (vocabulary.AddEos ?? false) ? eos : null),
            Decoder = new DecoderSequence(prefix ? [.. decoders, new StripDecoder(" ", 1, 0)] : decoders),
            Added = Added(vocabulary, normalizer),
        };
    }

    private static TokenPipeline Unigram(GgufVocabulary vocabulary)
    {
        bool prefix = vocabulary.AddSpacePrefix ?? true;
        INormalizer? normalizer = GgufTokenizerReader.CharacterMap(vocabulary);
        var metaspace = new Metaspace(MetaspaceText[0], prefix ? PrependScheme.Always : PrependScheme.Never, split: true);
        var spaces = new PatternSplit(TextPattern.Of(UnicodeData.IsWhiteSpace), SplitBehavior.Removed, invert: false);
        int? eos = GgufTokenizerReader.Token(vocabulary, vocabulary.Eos, 1);
        int? bos = GgufTokenizerReader.Token(vocabulary, vocabulary.Bos, -1);
        return new TokenPipeline
        {
            Model = GgufTokenizerReader.Unigram(vocabulary, published: true),
            Normalizer = normalizer,
            PreTokenizer = (vocabulary.RemoveExtraSpaces ?? false) ? new PreTokenizerSequence([spaces, metaspace]) : metaspace,
            PostProcessor = Around(vocabulary, (vocabulary.AddBos ?? false) ? bos : null, (vocabulary.AddEos ?? true) ? eos : null),
            Decoder = new MetaspaceDecoder(MetaspaceText, prefix),
            Added = Added(vocabulary, normalizer, token => token.StartsWith("<extra_id_", StringComparison.Ordinal)),
        };
    }

    private static TokenPipeline WordPiece(GgufVocabulary vocabulary)
    {
        // The file has a word's start as U+2581 and no prefix inside a word.
        string[] tokens = [.. vocabulary.Tokens.Select((token, id) =>
            vocabulary.Types[id] != GgufTokenType.Normal ? token : token.StartsWith(MetaspaceText, StringComparison.Ordinal) ? token[1..] : "##" + token)];
        INormalizer normalizer = BertNormalizer.Create(cleanText: true, spaceChinese: true, stripAccents: true, lowercase: true);
        int? cls = GgufTokenizerReader.Token(vocabulary, vocabulary.Bos, 101), separator = GgufTokenizerReader.Token(vocabulary, vocabulary.Separator, 102);
        return new TokenPipeline
        {
            Model = new WordPieceModel(
                Vocabulary.Of(tokens), GgufTokenizerReader.Token(vocabulary, vocabulary.Unknown, 100), "##", LongestWord),
            Normalizer = normalizer,
            PreTokenizer = new PreTokenizerSequence(
            [
                new PatternSplit(TextPattern.Of(UnicodeData.IsWhiteSpace), SplitBehavior.Removed, invert: false),
                new PatternSplit(TextPattern.Of(UnicodeData.IsBertPunctuation), SplitBehavior.Isolated, invert: false),
            ]),
            PostProcessor = Around(vocabulary, cls, separator),
            Decoder = new WordPieceDecoder("##", cleanUp: true),
            Added = Added(vocabulary, normalizer),
        };
    }

    private static Template Around(GgufVocabulary vocabulary, int? first, int? last)
    {
        TemplatePart[] Part(int? id) => id is { } token ? [new TemplatePart(null, [(token, vocabulary.Tokens[token])], 0)] : [];
        return new Template(
            [.. Part(first), new TemplatePart(0, [], 0), .. Part(last)],
            [.. Part(first), new TemplatePart(0, [], 0), .. Part(last), new TemplatePart(1, [], 1), .. Part(last)]);
    }

    private static AddedVocabulary Added(GgufVocabulary vocabulary, INormalizer? normalizer, Func<string, bool>? strips = null)
    {
        var added = new List<AddedToken>();
        for (int id = 0; id < vocabulary.Tokens.Length; id++)
        {
            if (vocabulary.Types[id] is GgufTokenType.Control or GgufTokenType.Unknown or GgufTokenType.UserDefined)
            {
                bool wide = strips?.Invoke(vocabulary.Tokens[id]) ?? false;
                added.Add(new AddedToken(vocabulary.Tokens[id], id)
                {
                    Special = vocabulary.Types[id] != GgufTokenType.UserDefined,
                    StripsLeft = wide,
                    StripsRight = wide,
                });
            }
        }

        return new AddedVocabulary(added, normalizer);
    }
}
