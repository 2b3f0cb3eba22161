using System.Runtime.CompilerServices;

namespace KvCompose.Models.Kernels.Products;

/// <summary>
/// Neighbouring rows of a stored matrix times one or four rows of a tile of activations: what the kernels are given. Kernels read
/// the weights once, from front to back, and no byte after the last.
/// </summary>
internal unsafe ref struct RowProduct
{
    public byte* Weights;
    public nint RowBytes;
    public int GroupBytes; // Of 256 weights.
    public int Outputs; // Rows of weights.
    public int Depth; // Weights of a row.
    public float* Numbers; // Activations: [⌈depth / 256⌉][tile rows][256], from the first row that is multiplied on.
    public int Step; // Floats from 256 numbers of a row of activations to its next 256.
    public int Rows; // Rows of activations whose products are written.
    public float* Target; // Products of the first row; those of others follow.
    public nint Stride; // Floats between two rows of products.
    public bool Accumulate; // Whether products are added to what is there.

    /// <summary>Writes the product of an output with a row; rows behind the last are left out.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Write(int output, int row, float value)
    {
        if (row < Rows)
        {
            float* place = Target + (row * Stride) + output;
            *place = Accumulate ? *place + value : value;
        }
    }
}
