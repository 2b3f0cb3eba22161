using KvCompose.Models.Mathematics;
using KvCompose.Threading;

namespace KvCompose.Models.Llama;

/// <summary>
/// The computation behind <see cref="LanguageTransformer"/>. Calls take turns, because they share one set of scratch buffers;
/// long inputs are cut into chunks so that these stay small.
/// </summary>
internal sealed unsafe class LlamaNetwork : IDisposable
{
    private const int ChunkRows = 768; // 64 tiles of 12 rows.

    private readonly ModelConfiguration _configuration;
    private readonly ModelWeights _weights;
    private readonly RotaryTable _rotary;
    private readonly Scratch _scratch = new();
    private readonly Lock _turn = new();
    private bool _disposed;

    public LlamaNetwork(ModelConfiguration configuration, ModelWeights weights, WorkerPool workers)
    {
        _configuration = configuration;
        _weights = weights;
        Workers = workers;
        _rotary = new RotaryTable(configuration);
    }

    public TransformerShape Shape => _configuration.Shape;

    public WorkerPool Workers { get; }

    public void Embed(ReadOnlySpan<int> tokens, float* hidden)
    {
        lock (_turn)
        {
            ObjectDisposedException.ThrowIf(_disposed, typeof(LanguageModel));
            for (int i = 0; i < tokens.Length; i++)
            {
                if ((uint)tokens[i] >= (uint)Shape.Vocabulary)
                {
                    throw new ArgumentOutOfRangeException(
                        nameof(tokens), tokens[i], $"token {i} is not in the vocabulary of {Shape.Vocabulary}");
                }

                _weights.Embedding.CopyRow(tokens[i], hidden + ((nint)i * Shape.Hidden));
            }
        }
    }

    public void Project(int layer, float* hidden, ReadOnlySpan<int> positions, float* queries, float* keys, float* values)
    {
        CheckPositions(positions);
        lock (_turn)
        {
            LayerWeights weights = Layer(layer);
            fixed (int* places = positions)
            {
                for (int start = 0; start < positions.Length; start += ChunkRows)
                {
                    int rows = Math.Min(ChunkRows, positions.Length - start);
                    nint queryAt = (nint)start * Shape.QueryHeads * Shape.HeadDim;
                    nint keyAt = (nint)start * Shape.KeyValueHeads * Shape.HeadDim;
                    RowTiles tiles = Normalise(hidden + ((nint)start * Shape.Hidden), rows, weights.InputNorm.Pointer);
                    var product = new MatrixProduct(tiles);
                    product.Add(weights.Query, queries + queryAt);
                    product.Add(weights.Key, keys + keyAt);
                    product.Add(weights.Value, values + keyAt);
                    product.Run(Workers);
                    HeadPreparation.Run(Workers, new HeadPreparation
                    {
                        Shape = Shape, Layer = weights, Rotary = _rotary, NormEpsilon = _configuration.NormEpsilon, Rows = rows,
                        Queries = queries + queryAt, Keys = keys + keyAt, Values = values + keyAt, Positions = places + start,
                    });
                }
            }
        }
    }

    public void Complete(int layer, float* attended, float* hidden, int rows)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rows);
        lock (_turn)
        {
            LayerWeights weights = Layer(layer);
            int width = Shape.QueryHeads * Shape.HeadDim;
            for (int start = 0; start < rows; start += ChunkRows)
            {
                int count = Math.Min(ChunkRows, rows - start);
                float* chunk = hidden + ((nint)start * Shape.Hidden);
                AddAttention(weights, attended + ((nint)start * width), width, chunk, count);
                AddFeedForward(weights, chunk, count);
            }
        }
    }

    public void Logits(float* hidden, int rows, float* logits)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rows);
        lock (_turn)
        {
            ObjectDisposedException.ThrowIf(_disposed, typeof(LanguageModel));
            for (int start = 0; start < rows; start += ChunkRows)
            {
                int count = Math.Min(ChunkRows, rows - start);
                RowTiles tiles = Normalise(hidden + ((nint)start * Shape.Hidden), count, _weights.FinalNorm.Pointer);
                var product = new MatrixProduct(tiles);
                product.Add(_weights.Head, logits + ((nint)start * Shape.Vocabulary));
                product.Run(Workers);
            }
        }
    }

    public void Dispose()
    {
        lock (_turn)
        {
            if (!_disposed)
            {
                _disposed = true;
                _scratch.Dispose();
                _rotary.Dispose();
                _weights.Dispose();
            }
        }
    }

    private void AddAttention(LayerWeights weights, float* attended, int width, float* hidden, int rows)
    {
        var tiles = new RowTiles(_scratch.Tiles(RowTiles.Floats(rows, width)), rows, width);
        RowPacking<PlainRows>.Run(Workers, tiles, new PlainRows(attended, width));
        var product = new MatrixProduct(tiles, accumulate: true);
        product.Add(weights.Output, hidden);
        product.Run(Workers);
        for (int row = 0; weights.OutputBias is not null && row < rows; row++)
        {
            RowKernels.Add(hidden + ((nint)row * Shape.Hidden), weights.OutputBias.Pointer, Shape.Hidden);
        }
    }

    private void AddFeedForward(LayerWeights weights, float* hidden, int rows)
    {
        int width = _configuration.FeedForward;
        float* gate = _scratch.Gate((long)rows * width).Pointer;
        float* up = _scratch.Up((long)rows * width).Pointer;
        var gateAndUp = new MatrixProduct(Normalise(hidden, rows, weights.FeedForwardNorm.Pointer));
        gateAndUp.Add(weights.Gate, gate);
        gateAndUp.Add(weights.Up, up);
        gateAndUp.Run(Workers);

        var tiles = new RowTiles(_scratch.Tiles(RowTiles.Floats(rows, width)), rows, width);
        RowPacking<GatedRows>.Run(Workers, tiles, new GatedRows(gate, up, width));
        var down = new MatrixProduct(tiles, accumulate: true);
        down.Add(weights.Down, hidden);
        down.Run(Workers);
    }

    private RowTiles Normalise(float* hidden, int rows, float* weights)
    {
        var tiles = new RowTiles(_scratch.Tiles(RowTiles.Floats(rows, Shape.Hidden)), rows, Shape.Hidden);
        RowPacking<NormalisedRows>.Run(
            Workers, tiles, new NormalisedRows(hidden, Shape.Hidden, weights, _configuration.NormEpsilon));
        return tiles;
    }

    private LayerWeights Layer(int layer)
    {
        ObjectDisposedException.ThrowIf(_disposed, typeof(LanguageModel));
        ArgumentOutOfRangeException.ThrowIfNegative(layer);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(layer, Shape.Layers);
        return _weights.Layers[layer];
    }

    private void CheckPositions(ReadOnlySpan<int> positions)
    {
        for (int i = 0; i < positions.Length; i++)
        {
            if ((uint)positions[i] >= (uint)Shape.Context)
            {
                throw new ArgumentOutOfRangeException(
                    nameof(positions), positions[i], $"position {i} lies outside the model's context of {Shape.Context} tokens");
            }
        }
    }
}
