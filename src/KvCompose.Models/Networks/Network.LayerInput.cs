using KvCompose.Models.Kernels;

namespace KvCompose.Models.Networks;

/// <summary>Embeddings, and what layers get of the token itself.</summary>
internal sealed unsafe partial class Network
{
    private const float RootOfHalf = 0.70710678f;

    private void EmbedOne(int token, float* row)
    {
        _weights.Embedding.CopyRow(token, row);
        if (Description.EmbeddingMultiplier != 1)
        {
            RowKernels.Scale(row, Description.EmbeddingMultiplier, Width);
        }
    }

    /// <summary>What comes behind the feed-forward block of a layer.</summary>
    private void EndLayer(int layer, LayerWeights weights, float* hidden, int rows)
    {
        if (weights.LayerInput is { } input)
        {
            AddLayerInput(layer, input, hidden, rows);
        }

        for (int row = 0; row < rows && weights.OutputScale != 1; row++)
        {
            RowKernels.Scale(hidden + ((nint)row * Shape.Hidden), weights.OutputScale, Width);
        }
    }

    private void AddLayerInput(int layer, LayerInputWeights weights, float* hidden, int rows)
    {
        PerLayerInputDescription description = Description.PerLayerInput!;
        LayerInputWeights table = _weights.LayerInput!;
        int width = description.Width;
        float* input = _scratch.Of(ScratchUse.LayerInput, (long)rows * width).Pointer;
        ProjectEmbeddings(layer, hidden, rows, input);
        float* part = stackalloc float[width];
        float* whole = _scratch.Of(ScratchUse.TableRow, table.Gate.Inputs).Pointer;
        for (int row = 0; row < rows; row++)
        {
            float* own = input + ((nint)row * width);
            RowKernels.Scale(own, 1 / MathF.Sqrt(Width), width);
            table.Norm.Apply(own, width);
            table.Gate.CopyPart(TokenOf(hidden, row), layer * width, width, part, whole);
            RowKernels.AddScaled(own, part, MathF.Sqrt(width), width);
            RowKernels.Scale(own, RootOfHalf, width);
        }

        float* gate = _scratch.Gate((long)rows * width).Pointer;
        var product = new MatrixProduct(Tiles(hidden, rows, norm: null));
        product.Add(weights.Gate, gate);
        product.Run(Workers);
        var gated = new RowTiles(_scratch.Tiles(RowTiles.Floats(rows, width)), rows, width);
        RowPacking<GatedRows>.Run(Workers, gated, new GatedRows(gate, input, width, description.Activation));
        Add(gated, weights.Projection, null, weights.Norm, 1, hidden, rows);
    }

    /// <summary>The layer's projection of the rows' embeddings, which their hidden states no longer are.</summary>
    private void ProjectEmbeddings(int layer, float* hidden, int rows, float* projected)
    {
        float* embeddings = _scratch.Of(ScratchUse.Embedding, (long)rows * Width).Pointer;
        for (int row = 0; row < rows; row++)
        {
            EmbedOne(TokenOf(hidden, row), embeddings + ((nint)row * Width));
        }

        var product = new MatrixProduct(Tiles(embeddings, rows, Width));
        product.Add(_weights.LayerInputProjections[layer], projected);
        product.Run(Workers);
    }

    /// <summary>The token of a row, which stands behind its hidden state.</summary>
    private int TokenOf(float* hidden, int row) => *(int*)(hidden + ((nint)row * Shape.Hidden) + Width);
}
