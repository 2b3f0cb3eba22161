using KvCompose.Models.Chat;
using KvCompose.Models.Networks;
using KvCompose.Models.Templates;
using KvCompose.Models.Tokenizers;
using KvCompose.Threading;

namespace KvCompose.Models;

/// <summary>
/// A language model on the CPU, read from what people have on disk: a GGUF file, any part of a split one, or a folder as Hugging
/// Face publishes it, with config.json, tokenizer.json and safetensors. Weights stay in their stored type in the mapped file;
/// arithmetic is fp32.
/// </summary>
public sealed class LanguageModel : ITransformerSource<LanguageTransformer>, IDisposable
{
    private readonly WorkerPool _workers;
    private readonly Network _network;
    private readonly ModelFiles _files;
    private readonly Tokenizer? _tokenizer;
    private readonly Lazy<ChatFormat> _chat;
    private readonly int _rotated;

    private LanguageModel(
        Network network, WorkerPool workers, ModelFiles files, Tokenizer? tokenizer, LoadedParts parts, int context, LanguageModelOptions options)
    {
        _network = network;
        _workers = workers;
        _files = files;
        _tokenizer = tokenizer;
        _chat = new Lazy<ChatFormat>(() => Format(parts, options.ChatTemplate), LazyThreadSafetyMode.PublicationOnly);
        Context = context;
        _rotated = options.Context == 0 ? 0 : context;
        BeginToken = parts.Configuration.BeginToken;
        EndTokens = parts.EndTokens;
        Report = ModelReport.Of(parts, network.Description, context, _rotated, tokenizer is not null);
    }

    /// <summary>What the network computes.</summary>
    public NetworkDescription Description => _network.Description;

    /// <summary>What was found: files, stored types, sizes, and what is out of the ordinary.</summary>
    public ModelReport Report { get; }

    /// <summary>Longest sequence that sessions of the model hold, in tokens.</summary>
    public int Context { get; }

    /// <summary>The dimensions that a pipeline has to know.</summary>
    public TransformerShape Shape => Description.Shape with { Context = Context };

    /// <summary>The token that begins a text, if the model has one.</summary>
    public int? BeginToken { get; }

    /// <summary>The tokens that end a text; may be empty.</summary>
    public IReadOnlyList<int> EndTokens { get; }

    /// <summary>Whether a tokenizer was found.</summary>
    public bool HasTokenizer => _tokenizer is not null;

    /// <summary>Turns text into tokens and back.</summary>
    /// <exception cref="TokenizerFormatException">The model has none.</exception>
    public Tokenizer Tokenizer => _tokenizer
        ?? throw new TokenizerFormatException(_files.TokenizerFile, "the model has no tokenizer that can be read: only token ids can be used with it");

    /// <summary>How the model is talked to: its chat template and the tokens that end an answer. Read when first asked for.</summary>
    /// <exception cref="TokenizerFormatException">The model has no tokenizer, its files say nothing of conversations, or one of them cannot be read.</exception>
    /// <exception cref="Templates.ChatTemplateException">The template cannot be parsed.</exception>
    public ChatFormat ChatFormat => _chat.Value;

    /// <inheritdoc/>
    public LanguageTransformer Transformer => new(_network, _files, Context, _rotated);

    internal Network Network => _network;

    /// <summary>Reads a model. What was opened before an error is closed again.</summary>
    /// <param name="path">A GGUF file, a part of a split one, or a folder.</param>
    /// <param name="options">How it is opened.</param>
    /// <exception cref="ModelConfigurationException">The hyper-parameters cannot be used; names the file and the field.</exception>
    /// <exception cref="CheckpointFormatException">The weights cannot be used; names the file and the tensor.</exception>
    /// <exception cref="TokenizerFormatException">The tokenizer cannot be used.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    /// <exception cref="MemoryShortageException">Weights are to be copied, and the process may not use so much memory.</exception>
    public static LanguageModel Load(string path, LanguageModelOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (options?.Threads is < 0 or > 1024)
        {
            throw new ArgumentOutOfRangeException(
                nameof(options), options.Threads, $"{nameof(LanguageModelOptions.Threads)}: expected 1 to 1024, or 0 for one per physical core");
        }

        LoadedParts parts = ModelPath.Open(path);
        return Build(parts, options ?? new LanguageModelOptions());
    }

    /// <summary>Logits after every token, [tokens][vocabulary], with the full cache: what perplexity is computed from.</summary>
    /// <exception cref="ArgumentException">No tokens, or more than the model's context.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A token is not in the vocabulary.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public float[] Forward(ReadOnlySpan<int> tokens, CancellationToken cancellation = default)
    {
        using var decoder = new FullDecoder(_network);
        return decoder.Append(tokens, lastOnly: false, cancellation);
    }

    /// <summary>Frees the weights and ends the threads. Views and sessions of this model are of no use afterwards.</summary>
    public void Dispose()
    {
        _network.Dispose();
        _workers.Dispose();
    }

    private ChatFormat Format(LoadedParts parts, string? template)
    {
        ChatSource source = parts.LoadChat(Tokenizer);
        return new ChatFormat(
            Tokenizer,
            ChatTemplate.Parse(template ?? source.Template ?? throw new TokenizerFormatException(
                _files.TokenizerFile,
                $"no chat template is there: give one by {nameof(LanguageModelOptions)}.{nameof(LanguageModelOptions.ChatTemplate)}")),
            source.SpecialTokens,
            EndTokens);
    }

    internal static LanguageModel Build(LoadedParts parts, LanguageModelOptions options)
    {
        WorkerPool? workers = null;
        NetworkWeights? weights = null;
        try
        {
            NetworkDescription description = parts.Configuration.Network;
            (int positions, int context) = ContextChoice.Of(description, options.Context);
            if (options.CopyWeights)
            {
                parts.Checkpoint.CopyToMemory();
            }

            workers = new WorkerPool(options.Threads);
            var files = new ModelFiles(parts);
            weights = NetworkWeights.Load(parts.Checkpoint, description, parts.Names);
            Tokenizer? tokenizer = parts.LoadTokenizer(options.TokenizerRules);
            parts = parts with { OwnBytes = weights.OwnBytes + (options.CopyWeights ? parts.Checkpoint.Bytes : 0) };
            return new LanguageModel(new Network(description, weights, workers, positions), workers, files, tokenizer, parts, context, options);
        }
        catch
        {
            weights?.Dispose();
            parts.Checkpoint.Dispose();
            workers?.Dispose();
            throw;
        }
    }
}
