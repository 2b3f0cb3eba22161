using KvCompose.Models.Files;

namespace KvCompose.Models.Networks;

/// <summary>Finds the tensors of a layer with a fixed state.</summary>
internal sealed class RecurrentPlanner(TensorLookup tensors, RecurrentDescription description, int hidden)
{
    public RecurrentPlan Create() => description switch
    {
        RecurrentDescription.GatedDelta delta => Delta(delta),
        RecurrentDescription.Mamba2 mamba => Mamba(mamba),
        RecurrentDescription.ShortConvolution convolution => Short(convolution),
        _ => throw new InvalidOperationException($"{description.GetType().Name} is no known layer with a fixed state"),
    };

    private TensorRows Convolution
    {
        get
        {
            string name = tensors.Name(LayerPart.Convolution) + ".weight";
            return new TensorRows(tensors.Checkpoint.RequireFilter(name, description.Channels, description.Kernel), 0, description.Channels);
        }
    }

    private RecurrentPlan Delta(RecurrentDescription.GatedDelta delta) => new(
        [.. DeltaInputs(delta)], Convolution, tensors.Matrix(LayerPart.RecurrentOutput, hidden, delta.ValueWidth))
    {
        Decay = tensors.Vector(LayerPart.Decay, delta.ValueHeads),
        StepBias = tensors.Vector(LayerPart.StepBias, delta.ValueHeads),
        Norm = tensors.Norm(LayerPart.RecurrentNorm, delta.Norm, delta.ValueDim),
    };

    /// <summary>Queries, keys and values; gate; β; step.</summary>
    private IEnumerable<TensorRows> DeltaInputs(RecurrentDescription.GatedDelta delta)
    {
        int group = delta.ValueHeads / delta.KeyHeads, keys = delta.KeyHeads * delta.KeyDim;
        if (tensors.Has(LayerPart.RecurrentInput) || !tensors.Has(LayerPart.RecurrentInputAndGate))
        {
            yield return tensors.Matrix(LayerPart.RecurrentInput, delta.Channels, hidden);
            yield return tensors.Matrix(LayerPart.RecurrentGate, delta.ValueWidth, hidden);
        }
        else
        {
            // Of each key head: q, k, the values of the heads that share it, and their gates.
            int values = group * delta.ValueDim, one = (2 * delta.KeyDim) + (2 * values);
            int[] order =
            [
                .. Rows(delta.KeyHeads, one, 0, delta.KeyDim), .. Rows(delta.KeyHeads, one, delta.KeyDim, delta.KeyDim),
                .. Rows(delta.KeyHeads, one, 2 * delta.KeyDim, values), .. Rows(delta.KeyHeads, one, (2 * delta.KeyDim) + values, values),
            ];
            TensorRows all = Reordered(tensors.Matrix(LayerPart.RecurrentInputAndGate, order.Length, hidden), order);
            yield return all with { Count = (2 * keys) + delta.ValueWidth };
            yield return all with { First = (2 * keys) + delta.ValueWidth, Count = delta.ValueWidth };
        }

        if (tensors.Has(LayerPart.RecurrentBeta) || !tensors.Has(LayerPart.RecurrentBetaAndStep))
        {
            yield return tensors.Matrix(LayerPart.RecurrentBeta, delta.ValueHeads, hidden);
            yield return tensors.Matrix(LayerPart.RecurrentStep, delta.ValueHeads, hidden);
        }
        else
        {
            int[] order = [.. Rows(delta.KeyHeads, 2 * group, 0, group), .. Rows(delta.KeyHeads, 2 * group, group, group)];
            TensorRows all = Reordered(tensors.Matrix(LayerPart.RecurrentBetaAndStep, order.Length, hidden), order);
            yield return all with { Count = delta.ValueHeads };
            yield return all with { First = delta.ValueHeads, Count = delta.ValueHeads };
        }
    }

    private RecurrentPlan Mamba(RecurrentDescription.Mamba2 mamba)
    {
        int inputs = mamba.Inner + mamba.Channels + mamba.Heads;
        bool bias = mamba.ProjectionBias;
        return new RecurrentPlan(
            [tensors.Matrix(LayerPart.RecurrentInput, inputs, hidden)], Convolution, tensors.Matrix(LayerPart.RecurrentOutput, hidden, mamba.Inner))
        {
            InputBias = bias ? tensors.Bias(LayerPart.RecurrentInput, inputs) : null,
            OutputBias = bias ? tensors.Bias(LayerPart.RecurrentOutput, hidden) : null,
            ConvolutionBias = mamba.ConvolutionBias ? tensors.Bias(LayerPart.Convolution, mamba.Channels) : null,
            Decay = tensors.Vector(LayerPart.Decay, mamba.Heads),
            StepBias = tensors.Vector(LayerPart.StepBias, mamba.Heads),
            Skip = tensors.Vector(LayerPart.Skip, mamba.Heads),
            Norm = tensors.Norm(LayerPart.RecurrentNorm, mamba.Norm, mamba.Inner),
        };
    }

    private RecurrentPlan Short(RecurrentDescription.ShortConvolution convolution)
    {
        int width = convolution.Width;
        return new RecurrentPlan(
            [tensors.Matrix(LayerPart.RecurrentInput, 3 * width, hidden)], Convolution, tensors.Matrix(LayerPart.RecurrentOutput, hidden, width))
        {
            InputBias = convolution.Bias ? tensors.Bias(LayerPart.RecurrentInput, 3 * width) : null,
            OutputBias = convolution.Bias ? tensors.Bias(LayerPart.RecurrentOutput, hidden) : null,
            ConvolutionBias = convolution.Bias ? tensors.Bias(LayerPart.Convolution, width) : null,
        };
    }

    private static IEnumerable<int> Rows(int heads, int stride, int first, int count)
        => Enumerable.Range(0, heads).SelectMany(head => Enumerable.Range((head * stride) + first, count));

    private static TensorRows Reordered(TensorRows rows, int[] order)
    {
        StoredTensor tensor = rows.Tensor;
        return rows with { Converted = new Lazy<StoredTensor>(() => TensorCopies.Reordered(tensor, order)) };
    }
}
