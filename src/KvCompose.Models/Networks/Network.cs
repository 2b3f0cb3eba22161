using KvCompose.Memory;
using KvCompose.Models.Kernels;
using KvCompose.Models.Networks.Layers;
using KvCompose.Threading;

namespace KvCompose.Models.Networks;

/// <summary>
/// Computes what a description says, apart from attention over the cache. Calls take turns, because they share one set of scratch
/// buffers; long inputs are cut into chunks so that these stay small.
/// </summary>
internal sealed unsafe partial class Network : IDisposable
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

    /// <summary>Elements of a hidden state; rows of them may be further apart.</summary>
    private int Width => Description.Hidden;

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

                float* row = hidden + ((nint)i * Shape.Hidden);
                EmbedOne(tokens[i], row);
                if (Description.PerLayerInput is not null)
                {
                    new Span<float>(row + Width, Shape.Hidden - Width).Clear();
                    *(int*)(row + Width) = tokens[i]; // Layers look up more of the token.
                }
            }
        }
    }

    /// <summary>See <see cref="ITransformer.Project"/>.</summary>
    /// <param name="layer">Which layer.</param>
    /// <param name="hidden">[rows, D].</param>
    /// <param name="positions">One for each row.</param>
    /// <param name="length">Length of the sequence by which frequencies are chosen, where they depend on it.</param>
    /// <param name="queries">Receives [rows, Hq, d] with the layer's own d, scaled so that attention may divide by √d whatever the layer's scale is.</param>
    /// <param name="keys">Receives [rows, Hkv, d]; not touched where the layer reads another's.</param>
    /// <param name="values">Receives [rows, Hkv, d]; not touched where the layer reads another's.</param>
    public void Project(int layer, float* hidden, ReadOnlySpan<int> positions, int length, float* queries, float* keys, float* values)
    {
        CheckPositions(positions);
        lock (_turn)
        {
            LayerWeights weights = Layer(layer);
            AttentionDescription attention = AttentionOf(layer);
            bool owns = attention.ReadsLayer is null;
            RotaryTable? rotary = Rotary(layer, attention.Rotation, length);
            fixed (int* places = positions)
            {
                for (int start = 0; start < positions.Length; start += ChunkRows)
                {
                    int rows = Math.Min(ChunkRows, positions.Length - start);
                    nint queryAt = (nint)start * attention.QueryHeads * attention.HeadDim;
                    nint keyAt = (nint)start * attention.KeyValueHeads * attention.HeadDim;
                    RowTiles tiles = Tiles(hidden + ((nint)start * Shape.Hidden), rows, weights.AttentionNorm);
                    var product = new MatrixProduct(tiles);
                    product.Add(weights.Query!, queries + queryAt);
                    if (owns)
                    {
                        product.Add(weights.Key!, keys + keyAt);
                    }

                    if (weights.Value is not null)
                    {
                        product.Add(weights.Value, values + keyAt);
                    }

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
                        Keys = owns ? keys + keyAt : null,
                        Values = owns ? values + keyAt : null,
                    });
                }
            }
        }
    }

    /// <summary>See <see cref="ITransformer.Complete"/>; heads have the layer's own d.</summary>
    public void Complete(int layer, float* attended, float* hidden, int rows)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rows);
        lock (_turn)
        {
            LayerWeights weights = Layer(layer);
            LayerDescription description = Description.Layers[layer];
            AttentionDescription attention = AttentionOf(layer);
            int width = attention.QueryHeads * attention.HeadDim;
            for (int start = 0; start < rows; start += ChunkRows)
            {
                int count = Math.Min(ChunkRows, rows - start);
                float* chunk = hidden + ((nint)start * Shape.Hidden);
                float* own = attended + ((nint)start * width);
                if (description.Parallel)
                {
                    // The feed-forward block reads what attention read: before attention is added.
                    GateAndUp(weights, description.FeedForward!, Tiles(chunk, count, weights.AttentionNorm), count);
                    AddAttention(weights, description, own, width, chunk, count);
                    AddFeedForward(weights, description, chunk, count);
                }
                else
                {
                    AddAttention(weights, description, own, width, chunk, count);
                    AddBlock(weights, description, chunk, count);
                }

                EndLayer(layer, weights, chunk, count);
            }
        }
    }

    /// <summary>See <see cref="ITransformer.ShiftKeys"/>.</summary>
    public void ShiftKeys(int layer, float* keys, int rows, int by, int length)
    {
        lock (_turn)
        {
            _ = Layer(layer);
            AttentionDescription attention = AttentionOf(layer);
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
            WeightMatrix output = Layer(layer).Output ?? throw new NotSupportedException($"layer {layer} has no output projection of attention");
            int width = Shape.QueryHeads * Description.Layers[layer].Attention!.HeadDim;
            for (int row = 0; row < count; row++)
            {
                output.CopyRow(first + row, rows + ((nint)row * width));
            }
        }
    }

    /// <summary>The logit of every query head that has no key, [Hq]; null for none.</summary>
    public float* Sinks(int layer) => Layer(layer).Sinks is { } sinks ? sinks.Pointer : null;

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
        if (weights.OutputGate is null)
        {
            var tiles = new RowTiles(_scratch.Tiles(RowTiles.Floats(rows, width)), rows, width);
            RowPacking<PlainRows>.Run(Workers, tiles, new PlainRows(attended, width));
            Add(tiles, weights.Output!, weights.OutputBias, weights.AttentionOutputNorm, description.ResidualMultiplier, hidden, rows);
            return;
        }

        float* gate = _scratch.Of(ScratchUse.OutputGate, (long)rows * width).Pointer;
        var product = new MatrixProduct(Tiles(hidden, rows, weights.AttentionNorm));
        product.Add(weights.OutputGate, gate);
        product.Run(Workers);
        var gated = new RowTiles(_scratch.Tiles(RowTiles.Floats(rows, width)), rows, width);
        RowPacking<SigmoidGatedRows>.Run(Workers, gated, new SigmoidGatedRows(attended, gate, width));
        Add(gated, weights.Output!, weights.OutputBias, weights.AttentionOutputNorm, description.ResidualMultiplier, hidden, rows);
    }

    private void GateAndUp(LayerWeights weights, FeedForwardDescription block, RowTiles tiles, int rows)
    {
        int width = block.Width;
        float* gate = _scratch.Gate((long)rows * width).Pointer;
        float* up = _scratch.Up((long)rows * width).Pointer;
        var product = new MatrixProduct(tiles);
        product.Add(weights.Gate!, gate);
        product.Add(weights.Up!, up);
        product.Run(Workers);
        AddBias(gate, weights.GateBias, width, rows);
        AddBias(up, weights.UpBias, width, rows);
    }

    private void AddFeedForward(LayerWeights weights, LayerDescription description, float* hidden, int rows)
        => Add(
            Gated(description.FeedForward!, rows), weights.Down!, weights.DownBias, weights.FeedForwardOutputNorm, description.ResidualMultiplier, hidden,
            rows);

    private RowTiles Gated(FeedForwardDescription block, int rows)
    {
        int width = block.Width;
        var tiles = new RowTiles(_scratch.Tiles(RowTiles.Floats(rows, width)), rows, width);
        RowPacking<GatedRows>.Run(Workers, tiles, new GatedRows(
            _scratch.Gate((long)rows * width).Pointer, _scratch.Up((long)rows * width).Pointer, width, block.Activation));
        return tiles;
    }

    /// <summary>hidden += multiplier · norm(tiles · weightsᵀ + bias).</summary>
    private void Add(RowTiles tiles, WeightMatrix matrix, NativeFloats? bias, NormWeights? norm, float multiplier, float* hidden, int rows)
    {
        bool plain = norm is null && multiplier == 1 && Shape.Hidden == Width;
        float* output = plain ? hidden : _scratch.Output((long)rows * Width).Pointer;
        var product = new MatrixProduct(tiles, accumulate: plain);
        product.Add(matrix, output);
        product.Run(Workers);
        AddBias(output, bias, Width, rows);
        if (!plain)
        {
            AddRows(output, norm, multiplier, hidden, rows);
        }
    }

    /// <summary>hidden += multiplier · norm(rows).</summary>
    private void AddRows(float* output, NormWeights? norm, float multiplier, float* hidden, int rows)
    {
        for (int row = 0; row < rows; row++, output += Width, hidden += Shape.Hidden)
        {
            norm?.Apply(output, Width);
            RowKernels.AddScaled(hidden, output, multiplier, Width);
        }
    }

    private static void AddBias(float* rows, NativeFloats? bias, int width, int count)
    {
        for (int row = 0; bias is not null && row < count; row++)
        {
            RowKernels.Add(rows + ((nint)row * width), bias.Pointer, width);
        }
    }

    /// <summary>Rows of hidden states, normalised.</summary>
    private RowTiles Tiles(float* hidden, int rows, NormWeights? norm)
    {
        var tiles = new RowTiles(_scratch.Tiles(RowTiles.Floats(rows, Width)), rows, Width);
        if (norm is null)
        {
            RowPacking<PlainRows>.Run(Workers, tiles, new PlainRows(hidden, Shape.Hidden));
        }
        else
        {
            RowPacking<NormalisedRows>.Run(Workers, tiles, new NormalisedRows(hidden, Shape.Hidden, Width, norm));
        }

        return tiles;
    }

    /// <summary>Rows as they are, without gaps.</summary>
    private RowTiles Tiles(float* rows, int count, int width)
    {
        var tiles = new RowTiles(_scratch.Tiles(RowTiles.Floats(count, width)), count, width);
        RowPacking<PlainRows>.Run(Workers, tiles, new PlainRows(rows, width));
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

    private AttentionDescription AttentionOf(int layer) => Description.Layers[layer].Attention
        ?? throw new InvalidOperationException($"layer {layer} holds a fixed state and does not attend");

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
