using KvCompose.Models.Files.Gguf;
using KvCompose.Models.Templates;
using KvCompose.Models.Tokenizers.Models;
using KvCompose.Models.Tokenizers.Patterns;
using KvCompose.Models.Tokenizers.Processing;
using KvCompose.Models.Tokenizers.Unicode;
using KvCompose.Models.Tokenizers.Vocabularies.Gguf;
using KvCompose.Models.Tokenizers.Vocabularies.Json;

namespace KvCompose.Models.Tokenizers;

/// <summary>
/// Text to tokens and back, as a tokenizer.json or the vocabulary of a GGUF file describes it. Gives the ids that Hugging Face's
/// tokenizers library gives. Its Unicode data is its own, so the globalization settings of the application do not matter.
/// For several threads at once.
/// </summary>
public sealed class Tokenizer
{
    private readonly ITokenPipeline _pipeline;
    private readonly string _file;
    private readonly Lazy<IReadOnlyDictionary<string, int>> _special;
    private readonly TokenBytesTable _bytes;

    internal Tokenizer(ITokenPipeline pipeline, string file)
    {
        _pipeline = pipeline;
        _file = file;
        _bytes = new TokenBytesTable(pipeline);
        LargestId = pipeline.LargestId;
        _special = new Lazy<IReadOnlyDictionary<string, int>>(
            () => pipeline.AddedTokens.Where(token => token.Special).ToDictionary(token => token.Content, token => token.Id));
    }

    /// <summary>The largest token id.</summary>
    public int LargestId { get; }

    /// <summary>The control tokens by their spelling.</summary>
    public IReadOnlyDictionary<string, int> SpecialTokens => _special.Value;

    internal ITokenPipeline Pipeline => _pipeline;

    /// <summary>Reads a tokenizer.json.</summary>
    /// <exception cref="TokenizerFormatException">The file is missing, contradicts itself, or asks for an unsupported step.</exception>
    public static Tokenizer Load(string file)
    {
        ArgumentNullException.ThrowIfNull(file);
        return TokenizerReader.Read(file);
    }

    /// <summary>Reads a tokenizer.json from memory.</summary>
    /// <param name="json">The file as UTF-8.</param>
    /// <param name="name">What errors call it.</param>
    /// <exception cref="TokenizerFormatException">The text contradicts itself, or asks for an unsupported step.</exception>
    public static Tokenizer Parse(ReadOnlyMemory<byte> json, string name = "tokenizer.json") => TokenizerReader.Parse(json, name);

    /// <summary>Reads the vocabulary of a GGUF file, or of the first file of a split.</summary>
    /// <param name="file">The file.</param>
    /// <param name="rules">Whose rules text is split by.</param>
    /// <exception cref="ModelLoadException">The file is damaged, or its tokenizer contradicts itself or is not supported.</exception>
    public static Tokenizer LoadGguf(string file, GgufTokenizerRules rules = GgufTokenizerRules.Published)
    {
        ArgumentNullException.ThrowIfNull(file);
        using GgufModel model = GgufModel.Open(file);
        return FromGguf(model.Metadata, rules);
    }

    /// <summary>Reads the vocabulary from the metadata of a GGUF file.</summary>
    internal static Tokenizer FromGguf(GgufMetadata metadata, GgufTokenizerRules rules)
        => new(GgufTokenizerReader.Create(GgufVocabulary.Read(metadata), rules), metadata.File);

    /// <summary>The id of a token by its spelling in the vocabulary, or null.</summary>
    public int? IdOf(string token)
    {
        ArgumentNullException.ThrowIfNull(token);
        return _pipeline.IdOf(token);
    }

    /// <summary>The spelling of a token in the vocabulary, or null for an id that is not in it.</summary>
    public string? SpellingOf(int id) => _pipeline.Spelling(id);

    /// <summary>Splits text into tokens. Control tokens that the text spells stay text; see <see cref="EncodeOptions"/>.</summary>
    /// <param name="text">Any text. A lone surrogate counts as U+FFFD.</param>
    /// <param name="addSpecialTokens">Whether the tokens that the file puts before and after a text are added.</param>
    /// <exception cref="ArgumentException">Some text is not in the vocabulary, which has no token for unknown text.</exception>
    /// <exception cref="TokenizerFormatException">A pattern of the file takes too many steps on the text.</exception>
    public int[] Encode(string text, bool addSpecialTokens = true) => Encode(text, new EncodeOptions { AddSpecialTokens = addSpecialTokens });

    /// <summary>Splits text into tokens. Takes time nearly proportional to the length of the text.</summary>
    /// <param name="text">Any text. A lone surrogate counts as U+FFFD.</param>
    /// <param name="options">How.</param>
    /// <param name="cancellation">Stops a long text.</param>
    /// <exception cref="ArgumentException">Some text is not in the vocabulary, which has no token for unknown text.</exception>
    /// <exception cref="TokenizerFormatException">A pattern of the file takes too many steps on the text.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public int[] Encode(string text, EncodeOptions options, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        return Ids(EncodeTokens(text, options, track: false, cancellation));
    }

    /// <summary>
    /// Splits a rendered prompt into tokens. What the template wrote may spell control tokens, what the conversation holds may not; text between two
    /// control tokens is split as one, whatever its parts. Nothing is put around it.
    /// </summary>
    /// <param name="prompt">From <see cref="ChatTemplate.Render"/>.</param>
    /// <param name="cancellation">Stops a long text.</param>
    /// <inheritdoc cref="Encode(string, EncodeOptions, CancellationToken)" path="/exception"/>
    public int[] Encode(ChatPrompt prompt, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(prompt);
        var parts = new SpellingParts(
            prompt.Text, prompt.Parts.Where(static part => !part.IsContent).Select(static part => (part.Start, part.Start + part.Length)));
        return Ids(EncodeTokens(prompt.Text, new EncodeSettings(AddSpecial: false, ParseSpecial: false, ApplyLimits: false, Track: false, parts), cancellation));
    }

    /// <summary>Splits text into tokens that know where they came from. Slower than <see cref="Encode(string, EncodeOptions, CancellationToken)"/>.</summary>
    /// <param name="text">Any text. A lone surrogate counts as U+FFFD.</param>
    /// <param name="options">How; null for the default.</param>
    /// <param name="cancellation">Stops a long text.</param>
    /// <exception cref="ArgumentException">Some text is not in the vocabulary, which has no token for unknown text.</exception>
    /// <exception cref="TokenizerFormatException">A pattern of the file takes too many steps on the text.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public TokenSpan[] EncodeWithOffsets(string text, EncodeOptions? options = null, CancellationToken cancellation = default)
    {
        List<TextToken> tokens = EncodeTokens(text, options ?? new EncodeOptions(), track: true, cancellation);
        string clean = CodePoints.Sanitize(text);
        var units = new List<int>(clean.Length + 1);
        for (int i = 0; i < clean.Length; i += CodePoints.Length(clean, i))
        {
            units.Add(i);
        }

        units.Add(clean.Length);
        return [.. tokens.Select(token => new TokenSpan(token.Id, units[token.Start], units[token.End]))];
    }

    /// <summary>The text of tokens. Bytes that are not UTF-8 become U+FFFD, ids outside the vocabulary nothing.</summary>
    /// <param name="tokens">The ids.</param>
    /// <param name="skipSpecialTokens">Whether control tokens are left out.</param>
    public string Decode(ReadOnlySpan<int> tokens, bool skipSpecialTokens = true)
        => DecodeTokens(tokens.ToArray(), skipSpecialTokens);

    /// <summary>
    /// The bytes that a token adds in the middle of a text: what <see cref="Sampling.AnswerStream"/> and grammars ask for. None for a control token or an
    /// id outside the vocabulary.
    /// </summary>
    /// <param name="token">The id.</param>
    public ReadOnlySpan<byte> BytesOf(int token) => _bytes.Of(token);

    /// <summary>A decoder for tokens that come one by one.</summary>
    /// <param name="skipSpecialTokens">Whether control tokens are left out.</param>
    public TextDecoder CreateDecoder(bool skipSpecialTokens = true) => new(this, skipSpecialTokens);

    internal List<TextToken> EncodeTokens(string text, EncodeOptions options, bool track, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(text);
        return EncodeTokens(text, new EncodeSettings(options.AddSpecialTokens, options.ParseSpecialTokens, options.ApplyFileLimits, track), cancellation);
    }

    private List<TextToken> EncodeTokens(string text, EncodeSettings settings, CancellationToken cancellation)
    {
        try
        {
            return _pipeline.Encode(text, settings, cancellation);
        }
        catch (UnknownTextException exception)
        {
            throw new ArgumentException(exception.Message, nameof(text), exception);
        }
        catch (PatternException exception)
        {
            throw new TokenizerFormatException(_file, $"a pattern {exception.Message}", exception);
        }
    }

    private static int[] Ids(List<TextToken> tokens)
    {
        var ids = new int[tokens.Count];
        for (int i = 0; i < ids.Length; i++)
        {
            ids[i] = tokens[i].Id;
        }

        return ids;
    }

    internal string DecodeTokens(IReadOnlyList<int> tokens, bool skipSpecialTokens)
    {
        try
        {
            return _pipeline.Decode(tokens, skipSpecialTokens);
        }
        catch (PatternException exception)
        {
            throw new TokenizerFormatException(_file, $"a pattern {exception.Message}", exception);
        }
    }
}
