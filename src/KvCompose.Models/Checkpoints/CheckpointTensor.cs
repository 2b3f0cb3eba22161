using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace KvCompose.Models.Checkpoints;

/// <summary>One tensor of a checkpoint, read as fp32.</summary>
internal sealed class CheckpointTensor(SafetensorsFile file, TensorEntry entry)
{
    private byte[] _bytes = [];

    public long[] Shape => entry.Shape;

    /// <summary>Reads elements in storage order.</summary>
    /// <exception cref="CheckpointFormatException">An element is not finite, or the file has become shorter.</exception>
    public void Read(long firstElement, Span<float> destination)
    {
        int size = entry.Type == ElementType.Float32 ? sizeof(float) : sizeof(ushort);
        if (_bytes.Length < destination.Length * size)
        {
            _bytes = new byte[destination.Length * size];
        }

        Span<byte> bytes = _bytes.AsSpan(0, destination.Length * size);
        file.Read(entry.Offset + (firstElement * size), bytes);
        Convert(bytes, destination);
        if (!TensorPrimitives.IsFiniteAll<float>(destination))
        {
            int place = 0;
            while (float.IsFinite(destination[place]))
            {
                place++;
            }

            throw new CheckpointFormatException(
                file.Path, $"element {firstElement + place} of tensor '{entry.Name}' is {destination[place]}");
        }
    }

    private void Convert(ReadOnlySpan<byte> bytes, Span<float> destination)
    {
        switch (entry.Type)
        {
            case ElementType.Float32:
                bytes.CopyTo(MemoryMarshal.AsBytes(destination));
                break;
            case ElementType.Float16:
                TensorPrimitives.ConvertToSingle(MemoryMarshal.Cast<byte, Half>(bytes), destination);
                break;
            default:
                Widen(MemoryMarshal.Cast<byte, ushort>(bytes), destination);
                break;
        }
    }

    /// <summary>A bfloat16 is the upper half of a float.</summary>
    private static void Widen(ReadOnlySpan<ushort> halves, Span<float> destination)
    {
        int i = 0;
        for (; i <= halves.Length - Vector256<ushort>.Count; i += Vector256<ushort>.Count)
        {
            Vector256<ushort> packed = Vector256.Create(halves[i..]);
            (Vector256.WidenLower(packed) << 16).AsSingle().CopyTo(destination[i..]);
            (Vector256.WidenUpper(packed) << 16).AsSingle().CopyTo(destination[(i + Vector256<uint>.Count)..]);
        }

        for (; i < halves.Length; i++)
        {
            destination[i] = BitConverter.UInt32BitsToSingle((uint)halves[i] << 16);
        }
    }
}
