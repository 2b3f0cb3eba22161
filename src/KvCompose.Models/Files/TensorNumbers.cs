using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using KvCompose.Models.Kernels;

namespace KvCompose.Models.Files;

/// <summary>Reads small tensors, and parts of large ones, as floats.</summary>
internal static unsafe class TensorNumbers
{
    /// <summary>All numbers of a tensor.</summary>
    /// <exception cref="CheckpointFormatException">One is not finite.</exception>
    public static void Read(StoredTensor tensor, Span<float> destination)
    {
        fixed (float* target = destination)
        {
            StoredKernel.For(tensor.Type).Decode(tensor.Data, destination.Length, target);
        }

        CheckFinite(tensor, 0, destination);
    }

    /// <summary>Numbers of a tensor of type F32, read without mapping them.</summary>
    /// <exception cref="CheckpointFormatException">One is not finite, or the file has become shorter.</exception>
    public static void ReadFloats(StoredTensor tensor, long first, Span<float> destination)
    {
        if (tensor.Own is not null)
        {
            new ReadOnlySpan<float>((float*)tensor.Data + first, destination.Length).CopyTo(destination);
        }
        else
        {
            tensor.File.Read(tensor.Offset + (first * sizeof(float)), MemoryMarshal.AsBytes(destination));
        }

        CheckFinite(tensor, first, destination);
    }

    private static void CheckFinite(StoredTensor tensor, long first, ReadOnlySpan<float> numbers)
    {
        if (TensorPrimitives.IsFiniteAll(numbers))
        {
            return;
        }

        int place = 0;
        while (float.IsFinite(numbers[place]))
        {
            place++;
        }

        throw new CheckpointFormatException(tensor.File.Path, $"element {first + place} of tensor '{tensor.Name}' is {numbers[place]}");
    }
}
