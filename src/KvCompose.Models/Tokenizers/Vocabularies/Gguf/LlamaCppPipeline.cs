using System.Text;
using KvCompose.Models.Tokenizers.Models;
using KvCompose.Models.Tokenizers.PreTokenizers;
using KvCompose.Models.Tokenizers.Processing;
using KvCompose.Models.Tokenizers.Unicode;

namespace KvCompose.Models.Tokenizers.Vocabularies.Gguf;

/// <summary>A GGUF vocabulary under the rules of llama.cpp.</summary>
internal sealed class LlamaCppPipeline : ITokenPipeline
{
    private readonly ITokenModel _model;
    private readonly ILlamaCppText _text;
    private readonly LlamaCppFragments _fragments;
    private readonly LlamaCppDecoder _decoder;
    private readonly PieceEncoder _encoder;
    private readonly int? _first;
    private readonly int? _last;

    public LlamaCppPipeline(GgufVocabulary vocabulary)
    {
        GgufTokenType[] types = SpecialNames.Override(vocabulary);
        _fragments = new LlamaCppFragments(vocabulary.Tokens, types);
        bool cleans = true, bytes = false, spacePrefix = vocabulary.AddSpacePrefix ?? false;
        switch (vocabulary.Model)
        {
            case "gpt2":
                PreRules rules = GgufTokenizerReader.Rules(vocabulary);
                _model = GgufTokenizerReader.BytePair(vocabulary, rules.Has(PreFlags.IgnoreMerges), published: false);
                _text = new BytePairText(rules);
                _first = When(vocabulary.AddBos ?? rules.Has(PreFlags.AddBos), vocabulary.Bos, 11);
                _last = When(vocabulary.AddEos ?? false, vocabulary.Eos, 11);
                (cleans, bytes) = (!rules.Has(PreFlags.KeepSpaces), !rules.Has(PreFlags.Raw));
                break;
            case "llama":
                spacePrefix = vocabulary.AddSpacePrefix ?? true;
                _model = GgufTokenizerReader.SentencePiece(vocabulary, published: false);
                _text = new SpacedText(spacePrefix);
                _first = When(vocabulary.AddBos ?? true, vocabulary.Bos, 1);
                _last = When(vocabulary.AddEos ?? false, vocabulary.Eos, 2);
                cleans = false;
                break;
            case "t5":
                _model = GgufTokenizerReader.Unigram(vocabulary, published: false);
                _text = new UnigramText(
                    GgufTokenizerReader.CharacterMap(vocabulary), vocabulary.Tokens.Where((_, id) => types[id] == GgufTokenType.UserDefined),
                    spacePrefix, vocabulary.RemoveExtraSpaces ?? false);
                _first = When(vocabulary.AddBos ?? false, vocabulary.Bos, -1);
                _last = When(vocabulary.AddEos ?? true, vocabulary.Eos, 1);
                cleans = false;
                break;
            default:
                _model = new PhantomSpaceModel(Vocabulary.Of(vocabulary.Tokens), GgufTokenizerReader.Token(vocabulary, vocabulary.Unknown, 100)
                    ?? throw GgufTokenizerReader.Error(vocabulary, "'tokenizer.ggml.unknown_token_id' is not in the vocabulary"));
                _text = new WordPieceText();
                _first = When(true, vocabulary.Bos, 101);
                _last = When(true, vocabulary.Separator, 102);
                break;
        }

        _decoder = new LlamaCppDecoder(_model.Vocabulary, types, bytes)
        {
            CleansSpaces = cleans,
            RemovesFirstSpace = spacePrefix,
            First = _first,
            Last = vocabulary.Model == "bert" ? null : _last,
        };
        _encoder = new PieceEncoder(_model, _fragments.Tokens.Where(token => token.Special).Select(token => token.Id).ToHashSet());

        int? When(bool added, int? given, int absent) => added ? GgufTokenizerReader.Token(vocabulary, given, absent) : null;
    }

    public int LargestId => _model.Vocabulary.LargestId;

    public IEnumerable<AddedToken> AddedTokens => _fragments.Tokens;

    public bool IsByteLevel => false;

    public int? IdOf(string token) => _model.Vocabulary.Find(token);

    public string? Spelling(int id) => _model.Vocabulary.Spelling(id);

    public string? Shown(int id, bool skipSpecial) => _decoder.Shows(id, skipSpecial) ? Spelling(id) : null;

    public List<TextToken> Encode(string given, EncodeSettings settings, CancellationToken cancellation)
    {
        string text = CodePoints.Sanitize(given);
        var result = new List<TextToken>();
        if (settings.AddSpecial && _first is { } first)
        {
            result.Add(new TextToken(first, Spelling(first)!, 0, 0));
        }

        bool afterSpecial = true;
        int codePoints = 0;
        foreach (Fragment fragment in _fragments.Split(text, settings.ParseSpecial, settings.Spelling?.Units, cancellation))
        {
            int end = codePoints + (settings.Track ? CodePoints.Count(text.AsSpan(fragment.Start, fragment.End - fragment.Start)) : 0);
            if (fragment.Token is { } token)
            {
                result.Add(new TextToken(token.Id, token.Content, codePoints, end));
            }
            else
            {
                TextBuffer buffer = TextBuffer.Create(text, fragment.Start, fragment.End, settings.Track ? codePoints : -1);
                var pieces = new Pieces(buffer, codePoints);
                _text.Apply(pieces, afterSpecial, cancellation);
                _encoder.Encode(pieces, settings, result, cancellation);
            }

            afterSpecial = fragment.Token is not null;
            codePoints = end;
        }

        if (settings.AddSpecial && _last is { } last)
        {
            result.Add(new TextToken(last, Spelling(last)!, 0, 0));
        }

        return result;
    }

    public string Decode(IReadOnlyList<int> ids, bool skipSpecial) => Encoding.UTF8.GetString(DecodeBytes(ids, removeSpecial: skipSpecial, showSpecial: !skipSpecial));

    public byte[] DecodeBytes(IReadOnlyList<int> ids) => DecodeBytes(ids, removeSpecial: false, showSpecial: false);

    /// <summary>What llama.cpp calls detokenize.</summary>
    /// <param name="ids">The tokens.</param>
    /// <param name="removeSpecial">Whether the tokens that encoding puts around a text are removed.</param>
    /// <param name="showSpecial">Whether control tokens give their spelling.</param>
    public byte[] DecodeBytes(IReadOnlyList<int> ids, bool removeSpecial, bool showSpecial) => _decoder.Decode(ids, removeSpecial, showSpecial);
}
