using KvCompose.Models.Files;

namespace KvCompose.Models.Networks;

/// <summary>The tensors of one layer, by what they are for.</summary>
internal sealed class TensorLookup(Checkpoint checkpoint, TensorNames names, int layer, LayerDescription description)
{
    public Checkpoint Checkpoint => checkpoint;

    public bool TransposedExperts => names.TransposedExperts;

    public string Name(LayerPart part) => names.Of(layer, part, description);

    public bool Has(LayerPart part) => checkpoint.Contains(Name(part) + ".weight") || checkpoint.Contains(Name(part));

    /// <summary>A matrix, whole.</summary>
    public TensorRows Matrix(LayerPart part, int rows, int columns) => new(checkpoint.Require(Weight(Name(part)), rows, columns), 0, rows);

    /// <summary>Numbers. Formats differ in whether such a tensor is called a weight, and write extents of 1 around it.</summary>
    public TensorRows Vector(LayerPart part, int length)
    {
        string name = Weight(Name(part));
        return new TensorRows(checkpoint.RequireCount(name, length), 0, length);
    }

    public TensorRows Bias(LayerPart part, int length) => new(checkpoint.Require(Name(part) + ".bias", length), 0, length);

    public NormPlan Norm(LayerPart part, NormDescription norm, int width) => norm.Weighted
        ? new NormPlan([checkpoint.RequireCount(Weight(Name(part)), width)], null)
        : new NormPlan([], null, width);

    /// <summary>The name as the file has it: some tensors are called weights in one format and not in another.</summary>
    public string Weight(string name) => checkpoint.Contains(name) ? name : name + ".weight";
}
