namespace KvCompose.Conformance.Reading;

/// <summary>A row-major float32 tensor of a vector file.</summary>
/// <param name="Shape">Length of each axis.</param>
/// <param name="Data">The elements, last axis fastest.</param>
public sealed record Tensor(int[] Shape, float[] Data)
{
    /// <summary>The contiguous block after leading indices: <c>Slice(b, h)</c> of [B,H,n,d] is [n,d].</summary>
    public ReadOnlySpan<float> Slice(params ReadOnlySpan<int> indices)
    {
        int length = Data.Length, offset = 0;
        for (int axis = 0; axis < indices.Length; axis++)
        {
            if ((uint)indices[axis] >= (uint)Shape[axis])
            {
                throw new VectorFormatException($"index {indices[axis]} is outside axis {axis} of [{string.Join(",", Shape)}]");
            }

            length /= Shape[axis];
            offset += indices[axis] * length;
        }

        return Data.AsSpan(offset, length);
    }

    /// <summary>The elements after leading indices as doubles.</summary>
    public double[] Doubles(params ReadOnlySpan<int> indices)
    {
        ReadOnlySpan<float> slice = Slice(indices);
        var values = new double[slice.Length];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = slice[i];
        }

        return values;
    }

    /// <summary>Fails unless the tensor has this shape.</summary>
    public Tensor MustBe(string name, params ReadOnlySpan<int> shape) => shape.SequenceEqual(Shape)
        ? this
        : throw new VectorFormatException($"'{name}' has shape [{string.Join(",", Shape)}], not [{string.Join(",", shape.ToArray())}]");
}
