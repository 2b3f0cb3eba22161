using KvCompose.Attention;
using KvCompose.Memory;
using KvCompose.Models.Checkpoints;
using KvCompose.Models.Configuration;
using KvCompose.Models.Llama;
using KvCompose.Models.Tokenizers;
using KvCompose.Threading;

namespace KvCompose.Models;

/// <summary>
/// A model of the Llama family on the CPU, read from a folder as Hugging Face publishes it: config.json, tokenizer.json, and
/// model.safetensors or the shards of model.safetensors.index.json. Computes in fp32.
/// </summary>
public sealed unsafe class LanguageModel : ITransformerSource<LanguageTransformer>, IDisposable
{
    private readonly WorkerPool _workers;
    private readonly LlamaNetwork _network;
    private readonly ModelFiles _files;

    private LanguageModel(ModelConfiguration configuration, Tokenizer tokenizer, LlamaNetwork network, WorkerPool workers, ModelFiles files)
    {
        _files = files;
        Configuration = configuration;
        Tokenizer = tokenizer;
        _network = network;
        _workers = workers;
    }

    /// <summary>What config.json says.</summary>
    public ModelConfiguration Configuration { get; }

    /// <summary>The dimensions that a pipeline has to know.</summary>
    public TransformerShape Shape => Configuration.Shape;

    /// <summary>Turns text into tokens and back.</summary>
    public Tokenizer Tokenizer { get; }

    /// <inheritdoc/>
    public LanguageTransformer Transformer => new(_network, _files);

    /// <summary>Reads a model. What was opened before an error is closed again.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="options">How it is opened.</param>
    /// <exception cref="ModelConfigurationException">config.json cannot be used.</exception>
    /// <exception cref="CheckpointFormatException">The weights cannot be used.</exception>
    /// <exception cref="TokenizerFormatException">tokenizer.json cannot be used.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The number of threads is negative or above 1024.</exception>
    public static LanguageModel Load(string folder, LanguageModelOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(folder);
        ModelConfiguration configuration = ConfigurationReader.Read(Path.Combine(folder, "config.json"));
        string tokenizerFile = Path.Combine(folder, "tokenizer.json");
        Tokenizer tokenizer = Tokenizer.Load(tokenizerFile);
        if (tokenizer.LargestId >= configuration.Shape.Vocabulary)
        {
            throw new TokenizerFormatException(
                tokenizerFile, $"token {tokenizer.LargestId} is not in the model's vocabulary of {configuration.Shape.Vocabulary}");
        }

        WorkerPool? workers = null;
        ModelWeights? weights = null;
        ModelFiles files;
        try
        {
            workers = new WorkerPool(options?.Threads ?? 0);
            using (Checkpoint checkpoint = Checkpoint.Open(folder))
            {
                weights = ModelWeights.Load(checkpoint, configuration);
                files = new ModelFiles(folder, checkpoint.Files);
            }

            return new LanguageModel(configuration, tokenizer, new LlamaNetwork(configuration, weights, workers), workers, files);
        }
        catch
        {
            weights?.Dispose();
            workers?.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Logits after every token, [tokens][vocabulary], with the full attention and no cache: what perplexity is computed from.
    /// </summary>
    /// <exception cref="ArgumentException">No tokens, or more than the model's context.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A token is not in the vocabulary.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public float[] Forward(ReadOnlySpan<int> tokens, CancellationToken cancellation = default)
    {
        if (tokens.Length == 0 || tokens.Length > Shape.Context)
        {
            throw new ArgumentException($"{tokens.Length} tokens, expected 1 to the model's context of {Shape.Context}", nameof(tokens));
        }

        int count = tokens.Length;
        var positions = new int[count];
        for (int i = 0; i < count; i++)
        {
            positions[i] = i;
        }

        long queryFloats = (long)count * Shape.QueryHeads * Shape.HeadDim, keyFloats = (long)count * Shape.KeyValueHeads * Shape.HeadDim;
        using var hidden = new NativeFloats((long)count * Shape.Hidden);
        using var queries = new NativeFloats(queryFloats);
        using var keys = new NativeFloats(keyFloats);
        using var values = new NativeFloats(keyFloats);
        using var tiles = new NativeFloats(KeyTiles.Floats(count, Shape.KeyValueHeads, Shape.HeadDim));
        using var workspace = new AttentionWorkspace();
        var attention = new AttentionShape(Shape.QueryHeads, Shape.KeyValueHeads, Shape.HeadDim);
        LanguageTransformer transformer = Transformer;
        transformer.Embed(tokens, hidden.Pointer);
        for (int layer = 0; layer < Shape.Layers; layer++)
        {
            transformer.Project(layer, hidden.Pointer, positions, queries.Pointer, keys.Pointer, values.Pointer);
            KeyTiles.Pack(_workers, keys.Pointer, count, Shape.KeyValueHeads, Shape.HeadDim, tiles.Pointer);
            CausalAttention.Run(
                _workers, workspace, attention, queries.Pointer, tiles.Pointer, values.Pointer, count, queries.Pointer, null, cancellation);
            transformer.Complete(layer, queries.Pointer, hidden.Pointer, count);
        }

        var logits = new float[checked(count * Shape.Vocabulary)];
        fixed (float* target = logits)
        {
            transformer.Logits(hidden.Pointer, count, target);
        }

        return logits;
    }

    /// <summary>Frees the weights and ends the threads. Views and sessions of this model are of no use afterwards.</summary>
    public void Dispose()
    {
        _network.Dispose();
        _workers.Dispose();
    }
}
