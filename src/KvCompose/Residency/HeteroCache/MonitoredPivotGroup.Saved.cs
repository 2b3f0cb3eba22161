using KvCompose.Files;
using KvCompose.Residency.HostCopies;

namespace KvCompose.Residency.HeteroCache;

/// <summary>A pivot group in a saved cache: its pivot's sets and window, and the host copies of its satellites.</summary>
internal sealed unsafe partial class MonitoredPivotGroup
{
    private const int Numbers = 4;

    /// <summary>Writes the group between two steps. What is under way or postponed is asked for again when it is resumed: its slots are not touched until then.</summary>
    public void Save(SectionWriter writer, CancellationToken cancellation)
    {
        writer.WriteSection<int>("STAR", [Pivot, _referenceTokens, _gather.Copies.Length, _gather.IsUnderWay ? 1 : 0]);
        writer.WriteSection<ulong>("SETS", [.. _reference, .. _good]);
        _window.Save(writer);
        SavedHostCopies.Write(writer, _gather.Copies, _range.Tokens, cancellation);
    }

    /// <summary>Reads a group.</summary>
    /// <param name="reader">Has the sections.</param>
    /// <param name="settings">Of the tier.</param>
    /// <param name="shape">The model's dimensions.</param>
    /// <param name="layer">The layer.</param>
    /// <param name="range">Rows of the layer's prompt.</param>
    /// <param name="positions">Position of every row.</param>
    /// <param name="worker">Is asked for what was under way.</param>
    /// <param name="cancellation">Ends the resuming.</param>
    /// <exception cref="HostTierFullException">The host copies, or what is to be fetched, do not fit into the limit.</exception>
    public static MonitoredPivotGroup Resume(
        SectionReader reader, PivotGroupSettings settings, TransformerShape shape, int layer, PromptRange range, int[] positions, GatherWorker worker,
        CancellationToken cancellation)
    {
        string place = $"a pivot group of layer {layer}";
        Span<int> numbers = stackalloc int[Numbers];
        reader.ReadSection("STAR", place, numbers);
        (int pivot, int tokens, int satellites) = (numbers[0], numbers[1], numbers[2]);
        if ((uint)pivot >= (uint)shape.KeyValueHeads || (uint)satellites > (uint)shape.KeyValueHeads || (uint)tokens > (uint)range.Tokens)
        {
            throw reader.Wrong($"{place} has head {pivot} with {satellites} satellites and a set of {tokens} tokens");
        }

        var sets = new ulong[2 * Numerics.TopMask.Words(range.Tokens)];
        reader.ReadSection<ulong>("SETS", place, sets);
        var window = new DriftWindow(settings.Window, settings.DriftThreshold);
        window.Resume(reader, place);
        HostKvCopy[] copies = SavedHostCopies.Read(reader, shape, layer, satellites, range.Tokens, settings.Memory, cancellation);
        var group = new MonitoredPivotGroup(settings, new PivotReference(pivot, sets[..(sets.Length / 2)], tokens), copies, range, positions, window);
        try
        {
            sets.AsSpan(sets.Length / 2).CopyTo(group._good);
            if (numbers[3] != 0)
            {
                group.AskAgain(worker);
            }

            return group;
        }
        catch
        {
            group.Dispose();
            throw;
        }
    }

    private void AskAgain(GatherWorker worker)
    {
        if (_gather.Request(worker) is { } full)
        {
            throw full;
        }

        _reference.CopyTo(_asked, 0);
    }
}
