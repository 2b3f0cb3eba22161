using System.Runtime.InteropServices;
using KvCompose.Files;
using KvCompose.Memory;
using KvCompose.Numerics;

namespace KvCompose.Residency.HostCopies;

/// <summary>Host copies of some heads of one layer in a saved cache: for each its slots, what it wants, and its prompt.</summary>
internal static class SavedHostCopies
{
    /// <summary>Writes the copies; a request that is under way goes on.</summary>
    /// <param name="writer">Receives the sections.</param>
    /// <param name="copies">The heads.</param>
    /// <param name="tokens">Rows of the layer's prompt.</param>
    /// <param name="cancellation">Ends the saving.</param>
    public static void Write(SectionWriter writer, ReadOnlySpan<HostKvCopy> copies, int tokens, CancellationToken cancellation)
    {
        foreach (HostKvCopy copy in copies)
        {
            cancellation.ThrowIfCancellationRequested();
            writer.WriteSection<int>("SLOT", [copy.Head, .. copy.Slots.Rows]);
            writer.WriteSection<ulong>("WANT", copy.Wanted);
            writer.Begin("HOST", (long)tokens * MemoryMarshal.AsBytes(copy.Prompt.Row(0)).Length);
            for (int row = 0; row < tokens; row++)
            {
                writer.Write(MemoryMarshal.AsBytes(copy.Prompt.Row(row)));
            }

            writer.End();
        }
    }

    /// <summary>Reads the copies.</summary>
    /// <param name="reader">Has the sections.</param>
    /// <param name="shape">The model's dimensions.</param>
    /// <param name="layer">The layer.</param>
    /// <param name="count">How many copies.</param>
    /// <param name="tokens">Rows of the layer's prompt.</param>
    /// <param name="memory">Is charged for the copies.</param>
    /// <param name="cancellation">Ends the resuming.</param>
    /// <exception cref="HostTierFullException">The host copies do not fit into the limit.</exception>
    public static HostKvCopy[] Read(
        SectionReader reader, TransformerShape shape, int layer, int count, int tokens, HostMemory memory, CancellationToken cancellation)
    {
        var read = new List<HostKvCopy>();
        try
        {
            while (read.Count < count)
            {
                cancellation.ThrowIfCancellationRequested();
                read.Add(ReadOne(reader, shape, layer, tokens, memory));
            }

            return [.. read];
        }
        catch
        {
            read.ForEach(static copy => copy.Dispose());
            throw;
        }
    }

    private static HostKvCopy ReadOne(SectionReader reader, TransformerShape shape, int layer, int tokens, HostMemory memory)
    {
        string place = $"the host copies of layer {layer}";
        int[] numbers = reader.ReadNumbers("SLOT", place, 1, tokens + 1);
        int head = numbers[0];
        int[] rows = numbers[1..];
        if ((uint)head >= (uint)shape.KeyValueHeads || rows.Any(row => (uint)row >= (uint)tokens) || rows.Distinct().Count() < rows.Length)
        {
            throw reader.Wrong($"{place} hold rows that the prompt of {tokens} tokens does not have");
        }

        var wanted = new ulong[TopMask.Words(tokens)];
        reader.ReadSection<ulong>("WANT", place, wanted);
        long bytes = HostPrompt.BytesOf(tokens, shape.HeadDim);
        memory.Take(bytes, layer, head);
        var copy = new HostKvCopy(head, ResidentSlots.Holding(tokens, rows), new HostPrompt(tokens, shape.HeadDim), memory, bytes);
        try
        {
            wanted.CopyTo(copy.Wanted, 0);
            reader.Begin("HOST", place, bytes);
            for (int row = 0; row < tokens; row++)
            {
                reader.Read(MemoryMarshal.AsBytes(copy.Prompt.Row(row)), place);
            }

            reader.End(place);
            return copy;
        }
        catch
        {
            copy.Dispose();
            throw;
        }
    }
}
