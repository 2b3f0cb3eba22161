using KvCompose.Models.Kernels;
using KvCompose.Models.Networks.Layers;

namespace KvCompose.Models.Networks;

/// <summary>Layers with a fixed state.</summary>
internal sealed unsafe partial class Network
{
    /// <summary>See <see cref="ITransformer.Advance"/>.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="hidden">[rows, D]; the rows of a sequence stand together, in order.</param>
    /// <param name="rows">How many, as many of every sequence.</param>
    /// <param name="states">The state of every sequence.</param>
    public void Advance(int layer, float* hidden, int rows, ReadOnlySpan<nint> states)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rows);
        lock (_turn)
        {
            LayerWeights weights = Layer(layer);
            LayerDescription description = Description.Layers[layer];
            if (description.Recurrent is not { } recurrent || weights.Recurrent is not { } own)
            {
                throw new InvalidOperationException($"layer {layer} attends and holds no fixed state");
            }

            fixed (nint* first = states)
            {
                // Rows of several sequences are one of each: a chunk never parts a sequence from its state.
                int step = states.Length == 1 ? ChunkRows : rows;
                for (int start = 0; start < rows; start += step)
                {
                    int count = Math.Min(step, rows - start);
                    float* chunk = hidden + ((nint)start * Shape.Hidden);
                    var work = new RecurrentRows { Rows = count, Sequences = states.Length, States = first };
                    AddRecurrent(weights, own, description, recurrent, work, chunk);
                    AddBlock(weights, description, chunk, count);
                    EndLayer(layer, weights, chunk, count);
                }
            }
        }
    }

    private void AddRecurrent(
        LayerWeights weights, RecurrentWeights own, LayerDescription description, RecurrentDescription recurrent, RecurrentRows rows, float* hidden)
    {
        RowTiles tiles = Tiles(hidden, rows.Rows, weights.AttentionNorm);
        (long floats, int width) = recurrent switch
        {
            RecurrentDescription.GatedDelta delta => Delta(delta, own, rows, tiles),
            RecurrentDescription.Mamba2 mamba => Mamba(mamba, own, rows, tiles),
            _ => Short((RecurrentDescription.ShortConvolution)recurrent, own, rows, tiles),
        };
        float* output = _scratch.Of(ScratchUse.RecurrentOutput, floats).Pointer;
        Add(Tiles(output, rows.Rows, width), own.Output, own.OutputBias, weights.AttentionOutputNorm, description.ResidualMultiplier, hidden, rows.Rows);
    }

    private (long Floats, int Width) Delta(RecurrentDescription.GatedDelta delta, RecurrentWeights own, RecurrentRows rows, RowTiles tiles)
    {
        float* input = _scratch.Of(ScratchUse.RecurrentInput, (long)rows.Rows * delta.Channels).Pointer;
        float* gate = _scratch.Of(ScratchUse.RecurrentGate, (long)rows.Rows * delta.ValueWidth).Pointer;
        float* beta = _scratch.Of(ScratchUse.RecurrentBeta, (long)rows.Rows * delta.ValueHeads).Pointer;
        float* step = _scratch.Of(ScratchUse.RecurrentStep, (long)rows.Rows * delta.ValueHeads).Pointer;
        var product = new MatrixProduct(tiles);
        product.Add(own.Inputs[0], input);
        product.Add(own.Inputs[1], gate);
        product.Run(Workers);
        product = new MatrixProduct(tiles);
        product.Add(own.Inputs[2], beta);
        product.Add(own.Inputs[3], step);
        product.Run(Workers);
        float* convolved = Convolve(delta, own, rows, input, delta.Channels, activated: true);
        long floats = (long)rows.Rows * delta.ValueWidth;
        float* output = _scratch.Of(ScratchUse.RecurrentOutput, floats).Pointer;
        DeltaRule.Run(Workers, _scratch, new DeltaRule
        {
            Delta = delta,
            Rows = rows,
            Convolved = convolved,
            Gate = gate,
            Beta = beta,
            Step = step,
            Decay = own.Decay!.Pointer,
            StepBias = own.StepBias!.Pointer,
            Norm = own.Norm!,
            Output = output,
        });
        return (floats, delta.ValueWidth);
    }

    private (long Floats, int Width) Mamba(RecurrentDescription.Mamba2 mamba, RecurrentWeights own, RecurrentRows rows, RowTiles tiles)
    {
        int inputs = mamba.Inner + mamba.Channels + mamba.Heads;
        float* input = _scratch.Of(ScratchUse.RecurrentInput, (long)rows.Rows * inputs).Pointer;
        var product = new MatrixProduct(tiles);
        product.Add(own.Inputs[0], input);
        product.Run(Workers);
        AddBias(input, own.InputBias, inputs, rows.Rows);
        float* convolved = Convolve(mamba, own, rows, input + mamba.Inner, inputs, activated: true);
        long floats = (long)rows.Rows * mamba.Inner;
        float* output = _scratch.Of(ScratchUse.RecurrentOutput, floats).Pointer;
        StateSpace.Run(Workers, new StateSpace
        {
            Mamba = mamba,
            Rows = rows,
            Input = input,
            Convolved = convolved,
            Decay = own.Decay!.Pointer,
            StepBias = own.StepBias!.Pointer,
            Skip = own.Skip!.Pointer,
            Norm = own.Norm!,
            Output = output,
        });
        return (floats, mamba.Inner);
    }

    private (long Floats, int Width) Short(RecurrentDescription.ShortConvolution convolution, RecurrentWeights own, RecurrentRows rows, RowTiles tiles)
    {
        int width = convolution.Width, inputs = 3 * width;
        float* input = _scratch.Of(ScratchUse.RecurrentInput, (long)rows.Rows * inputs).Pointer;
        var product = new MatrixProduct(tiles);
        product.Add(own.Inputs[0], input);
        product.Run(Workers);
        AddBias(input, own.InputBias, inputs, rows.Rows);
        for (int row = 0; row < rows.Rows; row++)
        {
            float* b = input + ((nint)row * inputs), x = b + (2 * width);
            RowKernels.Multiply(x, b, width);
        }

        float* convolved = Convolve(convolution, own, rows, input + (2 * width), inputs, activated: false);
        long floats = (long)rows.Rows * width;
        float* output = _scratch.Of(ScratchUse.RecurrentOutput, floats).Pointer;
        for (int row = 0; row < rows.Rows; row++)
        {
            float* target = output + ((nint)row * width);
            new ReadOnlySpan<float>(convolved + ((nint)row * width), width).CopyTo(new Span<float>(target, width));
            RowKernels.Multiply(target, input + ((nint)row * inputs) + width, width);
        }

        return (floats, width);
    }

    private float* Convolve(RecurrentDescription description, RecurrentWeights own, RecurrentRows rows, float* input, int stride, bool activated)
    {
        float* convolved = _scratch.Of(ScratchUse.Convolved, (long)rows.Rows * description.Channels).Pointer;
        CausalConvolution.Run(Workers, new CausalConvolution
        {
            Rows = rows,
            Channels = description.Channels,
            Kernel = description.Kernel,
            Input = input,
            Stride = stride,
            Taps = own.Taps.Pointer,
            Bias = own.ConvolutionBias is { } bias ? bias.Pointer : null,
            Activated = activated,
            Output = convolved,
        });
        return convolved;
    }
}
