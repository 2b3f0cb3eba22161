using KvCompose.Memory;

namespace KvCompose.Models.Files;

/// <summary>Tensors in another order or form than the file has them, in memory of their own. Numbers do not change.</summary>
internal static unsafe class TensorCopies
{
    private const int Mxfp4Values = 32;
    private const int Mxfp4Bytes = 17;

    /// <summary>A matrix with its rows in another order.</summary>
    public static StoredTensor Reordered(StoredTensor tensor, ReadOnlySpan<int> order)
    {
        long rowBytes = tensor.Bytes / tensor.Shape[^2];
        StoredTensor copy = New(tensor, tensor.Type, [order.Length, tensor.Shape[^1]], rowBytes * order.Length);
        byte* target = copy.Data;
        foreach (int row in order)
        {
            Buffer.MemoryCopy(tensor.Data + (row * rowBytes), target, rowBytes, rowBytes);
            target += rowBytes;
        }

        return copy;
    }

    /// <summary>Matrices [count, columns, rows] as [count, rows, columns].</summary>
    /// <exception cref="CheckpointFormatException">Its numbers stand in blocks.</exception>
    public static StoredTensor Transposed(StoredTensor tensor)
    {
        (int values, int bytes) = StoredTypes.Block(tensor.Type);
        if (values != 1)
        {
            throw new CheckpointFormatException(
                tensor.File.Path, $"tensor '{tensor.Name}' has inputs before outputs and type {tensor.TypeName}, whose blocks cannot be turned");
        }

        long columns = tensor.Shape[^2], rows = tensor.Shape[^1];
        StoredTensor copy = New(tensor, tensor.Type, [.. tensor.Shape[..^2], rows, columns], tensor.Bytes);
        for (long matrix = 0; matrix < tensor.Count / (rows * columns); matrix++)
        {
            byte* source = tensor.Data + (matrix * rows * columns * bytes), target = copy.Data + (matrix * rows * columns * bytes);
            for (long column = 0; column < columns; column++)
            {
                for (long row = 0; row < rows; row++)
                {
                    byte* from = source + (((column * rows) + row) * bytes), to = target + (((row * columns) + column) * bytes);
                    for (int i = 0; i < bytes; i++)
                    {
                        to[i] = from[i];
                    }
                }
            }
        }

        return copy;
    }

    /// <summary>
    /// MXFP4 numbers whose scales are a tensor of their own and whose bytes hold neighbours, in the blocks of GGUF: scale, then
    /// bytes that hold number i and number i + 16.
    /// </summary>
    /// <param name="blocks">[…, blocks, 16].</param>
    /// <param name="scales">[…, blocks].</param>
    public static StoredTensor JoinedMxfp4(StoredTensor blocks, StoredTensor scales)
    {
        long count = scales.Count;
        StoredTensor joined = New(
            blocks, StoredType.MXFP4, [.. blocks.Shape[..^2], blocks.Shape[^2] * Mxfp4Values], count * Mxfp4Bytes);
        byte* from = blocks.Data, to = joined.Data;
        for (long block = 0; block < count; block++, from += 16, to += Mxfp4Bytes)
        {
            to[0] = scales.Data[block];
            for (int i = 0; i < 16; i++)
            {
                to[1 + i] = (byte)(Code(from, i) | (Code(from, i + 16) << 4));
            }
        }

        return joined;
    }

    private static int Code(byte* bytes, int number) => (bytes[number / 2] >> (4 * (number % 2))) & 15;

    private static StoredTensor New(StoredTensor like, StoredType type, long[] shape, long bytes) => like with
    {
        Type = type,
        Shape = shape,
        Bytes = bytes,
        Own = new NativeFloats((bytes + sizeof(float) - 1) / sizeof(float)),
    };
}
