using KvCompose.Memory;
using KvCompose.Models.Kernels;
using KvCompose.Models.Networks.Layers;
using KvCompose.Threading;

namespace KvCompose.Models.Networks;

/// <summary>
/// Computes what a description says, apart from attention over the cache. Calls take turns, because they share one set of scratch
/// buffers; long inputs are cut into chunks so that these stay small.
/// </summary>
internal sealed unsafe class Network : IDisposable
{
    private const int ChunkRows = 768; // 64 tiles of 12 rows.

    private readonly NetworkWeights _weights;
    private readonly Rotations _rotations;
    private readonly Scratch _scratch = new();
    private readonly Lock _turn = new();
    private readonly (int Regime, RotaryTable? Table)[] _tables; // By layer: those of its last call.
    private bool _disposed;

    /// <param name="description">What to compute.</param>
    /// <param name="weights">Its weights, which this object disposes.</param>
    /// <param name="workers">Threads.</param>
    /// <param name="positions">Positions that are accepted.</param>
    public Network(NetworkDescription description, NetworkWeights weights, WorkerPool workers, int positions)
    {
        Description = description;
        _weights = weights;
        Workers = workers;
        Shape = description.Shape with { Context = positions };
        _rotations = new Rotations(positions);
        _tables = [.. Enumerable.Repeat<(int, RotaryTable?)>((-1, null), Shape.Layers)];
    }

    public NetworkDescription Description { get; }

    /// <summary>The dimensions; the context is the one that was opened.</summary>
    public TransformerShape Shape { get; }

    public WorkerPool Workers { get; }

    public void Embed(ReadOnlySpan<int> tokens, float* hidden)
    {
        lock (_turn)
        {
            ObjectDisposedException.ThrowIf(_disposed, typeof(LanguageModel));
            for (int i = 0; i < _weights.Files.Count; i++)
            {
                _weights.Files[i].CheckUnchanged();
            }

            for (int i = 0; i < tokens.Length; i++)
            {
                if ((uint)tokens[i] >= (uint)Shape.Vocabulary)
                {
                    throw new ArgumentOutOfRangeException(
                        nameof(tokens), tokens[i], $"token {i} is not in the vocabulary of {Shape.Vocabulary}");
                }

                _weights.Embedding.CopyRow(tokens[i], hidden + ((nint)i * Shape.Hidden));
            }

            if (Description.EmbeddingMultiplier != 1)
            {
                RowKernels.Scale(hidden, Description.EmbeddingMultiplier, (nint)tokens.Length * Shape.Hidden);
            }
        }
    }

    /// <summary>See <see cref="ITransformer.Project"/>.</summary>
    /// <param name="layer">Which layer.</param>
    /// <param name="hidden">[rows, D].</param>
    /// <param name="positions">One for each row.</param>
    /// <param name="length">Length of the sequence by which frequencies are chosen, where they depend on it.</param>
    /// <param name="queries">Receives [rows, Hq, d], scaled so that attention may divide by √d whatever the layer's scale is.</param>
    /// <param name="keys">Receives [rows, Hkv, d].</param>
    /// <param name="values">Receives [rows, Hkv, d].</param>
    public void Project(int layer, float* hidden, ReadOnlySpan<int> positions, int length, float* queries, float* keys, float* values)
    {
        CheckPositions(positions);
        lock (_turn)
        {
            LayerWeights weights = Layer(layer);
            AttentionDescription attention = Description.Layers[layer].Attention;
            RotaryTable? rotary = Rotary(layer, attention.Rotation, length);
            fixed (int* places = positions)
            {
                for (int start = 0; start < positions.Length; start += ChunkRows)
                {
                    int rows = Math.Min(ChunkRows, positions.Length - start);
                    nint queryAt = (nint)start * Shape.QueryHeads * Shape.HeadDim;
                    nint keyAt = (nint)start * Shape.KeyValueHeads * Shape.HeadDim;
                    RowTiles tiles = Tiles(hidden + ((nint)start * Shape.Hidden), rows, weights.AttentionNorm);
                    var product = new MatrixProduct(tiles);
                    product.Add(weights.Query, queries + queryAt);
                    product.Add(weights.Key, keys + keyAt);
                    product.Add(weights.Value, values + keyAt);
                    product.Run(Workers);
                    HeadPreparation.Run(Workers, new HeadPreparation
                    {
                        Attention = attention,
                        Layer = weights,
                        Rotary = rotary,
                        Rows = rows,
                        Positions = places + start,
                        QueryFactor = (float)(attention.Scale * Math.Sqrt(attention.HeadDim)),
                        Queries = queries + queryAt,
                        Keys = keys + keyAt,
                        Values = values + keyAt,
                    });
                }
            }
        }
    }

    /// <summary>See <see cref="ITransformer.Complete"/>.</summary>
    public void Complete(int layer, float* attended, float* hidden, int rows)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rows);
        lock (_turn)
        {
            LayerWeights weights = Layer(layer);
            LayerDescription description = Description.Layers[layer];
            int width = Shape.QueryHeads * Shape.HeadDim;
            for (int start = 0; start < rows; start += ChunkRows)
            {
                int count = Math.Min(ChunkRows, rows - start);
                float* chunk = hidden + ((nint)start * Shape.Hidden);
                float* own = attended + ((nint)start * width);
                if (description.Parallel)
                {
                    // The feed-forward block reads what attention read: before attention is added.
                    GateAndUp(weights, description, Tiles(chunk, count, weights.AttentionNorm), count);
                    AddAttention(weights, description, own, width, chunk, count);
                }
                else
                {
                    AddAttention(weights, description, own, width, chunk, count);
                    GateAndUp(weights, description, Tiles(chunk, count, weights.FeedForwardNorm), count);
                }

                AddFeedForward(weights, description, chunk, count);
            }
        }
    }

    /// <summary>See <see cref="ITransformer.ShiftKeys"/>.</summary>
    public void ShiftKeys(int layer, float* keys, int rows, int by, int length)
    {
        lock (_turn)
        {
            _ = Layer(layer);
            AttentionDescription attention = Description.Layers[layer].Attention;
            if (Rotary(layer, attention.Rotation, length) is not { } rotary)
            {
                return;
            }

            // Back by so many positions; what keys are multiplied with has been multiplied already.
            float* cosines = stackalloc float[2 * rotary.Half];
            float* sines = cosines + rotary.Half;
            rotary.Angles(by, cosines, sines);
            float magnitude = (float)attention.Rotation!.Scaling.Magnitude;
            for (int i = 0; i < rotary.Half; i++)
            {
                cosines[i] /= magnitude;
                sines[i] /= -magnitude;
            }

            for (int row = 0; row < rows; row++, keys += attention.HeadDim)
            {
                if (attention.Rotation.Pairing == RotaryPairing.Halves)
                {
                    RowKernels.Rotate(keys, cosines, sines, rotary.Half);
                }
                else
                {
                    RowKernels.RotateNeighbours(keys, cosines, sines, rotary.Half);
                }
            }
        }
    }

    /// <summary>See <see cref="ITransformer.CopyOutputWeights"/>.</summary>
    public void CopyOutputWeights(int layer, int first, int count, float* rows)
    {
        lock (_turn)
        {
            WeightMatrix output = Layer(layer).Output;
            for (int row = 0; row < count; row++)
            {
                output.CopyRow(first + row, rows + ((nint)row * Shape.QueryHeads * Shape.HeadDim));
            }
        }
    }

    /// <summary>See <see cref="ITransformer.Logits"/>.</summary>
    public void Logits(float* hidden, int rows, float* logits)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rows);
        lock (_turn)
        {
            ObjectDisposedException.ThrowIf(_disposed, typeof(LanguageModel));
            for (int start = 0; start < rows; start += ChunkRows)
            {
                int count = Math.Min(ChunkRows, rows - start);
                float* output = logits + ((nint)start * Shape.Vocabulary);
                var product = new MatrixProduct(Tiles(hidden + ((nint)start * Shape.Hidden), count, _weights.FinalNorm));
                product.Add(_weights.Head, output);
                product.Run(Workers);
                Finish(output, (nint)count * Shape.Vocabulary);
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
                _rotations.Dispose();
                _weights.Dispose();
            }
        }
    }

    private void Finish(float* logits, nint count)
    {
        if (Description.LogitMultiplier != 1)
        {
            RowKernels.Scale(logits, Description.LogitMultiplier, count);
        }

        if (Description.LogitSoftCap is { } cap)
        {
            for (nint i = 0; i < count; i++)
            {
                logits[i] = cap * MathF.Tanh(logits[i] / cap);
            }
        }
    }

    private void AddAttention(LayerWeights weights, LayerDescription description, float* attended, int width, float* hidden, int rows)
    {
        var tiles = new RowTiles(_scratch.Tiles(RowTiles.Floats(rows, width)), rows, width);
        RowPacking<PlainRows>.Run(Workers, tiles, new PlainRows(attended, width));
        Add(tiles, weights.Output, weights.OutputBias, weights.AttentionOutputNorm, description.ResidualMultiplier, hidden, rows);
    }

    private void GateAndUp(LayerWeights weights, LayerDescription description, RowTiles tiles, int rows)
    {
        int width = description.FeedForward.Width;
        float* gate = _scratch.Gate((long)rows * width).Pointer;
        float* up = _scratch.Up((long)rows * width).Pointer;
        var product = new MatrixProduct(tiles);
        product.Add(weights.Gate, gate);
        product.Add(weights.Up, up);
        product.Run(Workers);
        AddBias(gate, weights.GateBias, width, rows);
        AddBias(up, weights.UpBias, width, rows);
    }

    private void AddFeedForward(LayerWeights weights, LayerDescription description, float* hidden, int rows)
    {
        int width = description.FeedForward.Width;
        var tiles = new RowTiles(_scratch.Tiles(RowTiles.Floats(rows, width)), rows, width);
        RowPacking<GatedRows>.Run(Workers, tiles, new GatedRows(
            _scratch.Gate((long)rows * width).Pointer, _scratch.Up((long)rows * width).Pointer, width, description.FeedForward.Activation));
        Add(tiles, weights.Down, weights.DownBias, weights.FeedForwardOutputNorm, description.ResidualMultiplier, hidden, rows);
    }

    /// <summary>hidden += multiplier · norm(tiles · weightsᵀ + bias).</summary>
    private void Add(RowTiles tiles, WeightMatrix matrix, NativeFloats? bias, NormWeights? norm, float multiplier, float* hidden, int rows)
    {
        bool plain = norm is null && multiplier == 1;
        float* output = plain ? hidden : _scratch.Output((long)rows * Shape.Hidden).Pointer;
        var product = new MatrixProduct(tiles, accumulate: plain);
        product.Add(matrix, output);
        product.Run(Workers);
        AddBias(output, bias, Shape.Hidden, rows);
        for (int row = 0; !plain && row < rows; row++)
        {
            nint at = (nint)row * Shape.Hidden;
            norm?.Apply(output + at, Shape.Hidden);
            RowKernels.AddScaled(hidden + at, output + at, multiplier, Shape.Hidden);
        }
    }

    private static void AddBias(float* rows, NativeFloats? bias, int width, int count)
    {
        for (int row = 0; bias is not null && row < count; row++)
        {
            RowKernels.Add(rows + ((nint)row * width), bias.Pointer, width);
        }
    }

    private RowTiles Tiles(float* hidden, int rows, NormWeights? norm)
    {
        var tiles = new RowTiles(_scratch.Tiles(RowTiles.Floats(rows, Shape.Hidden)), rows, Shape.Hidden);
        if (norm is null)
        {
            RowPacking<PlainRows>.Run(Workers, tiles, new PlainRows(hidden, Shape.Hidden));
        }
        else
        {
            RowPacking<NormalisedRows>.Run(Workers, tiles, new NormalisedRows(hidden, Shape.Hidden, norm));
        }

        return tiles;
    }

    private RotaryTable? Rotary(int layer, RotationDescription? rotation, int length)
    {
        if (rotation is null)
        {
            return null;
        }

        int regime = rotation.Scaling.Regime(length);
        if (_tables[layer].Regime != regime)
        {
            _tables[layer] = (regime, _rotations.For(rotation, length));
        }

        return _tables[layer].Table;
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
