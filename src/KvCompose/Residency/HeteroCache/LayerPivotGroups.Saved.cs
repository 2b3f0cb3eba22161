using KvCompose.Files;
using KvCompose.Residency.HostCopies;

namespace KvCompose.Residency.HeteroCache;

/// <summary>The pivot groups of a layer in a saved cache.</summary>
internal sealed partial class LayerPivotGroups
{
    private const int Numbers = 4;

    /// <summary>Writes the layer between two steps.</summary>
    public void Save(SectionWriter writer, CancellationToken cancellation)
    {
        writer.WriteSection<int>("LAYR", [Groups.Length, Range.First, Range.Last, HasBegun ? 1 : 0, .. _positions.AsSpan(0, Groups.Length > 0 ? Range.Tokens : 0)]);
        foreach (MonitoredPivotGroup group in Groups)
        {
            group.Save(writer, cancellation);
        }
    }

    /// <summary>Reads the layer.</summary>
    /// <param name="reader">Has the sections.</param>
    /// <param name="settings">Of the tier.</param>
    /// <param name="shape">The model's dimensions.</param>
    /// <param name="layer">The layer.</param>
    /// <param name="worker">Is asked for what was under way.</param>
    /// <param name="cancellation">Ends the resuming.</param>
    public void Resume(SectionReader reader, PivotGroupSettings settings, TransformerShape shape, int layer, GatherWorker worker, CancellationToken cancellation)
    {
        string place = $"the pivot groups of layer {layer}";
        int[] numbers = reader.ReadNumbers("LAYR", place, Numbers, shape.Context + Numbers);
        var range = new PromptRange(numbers.Length - Numbers, numbers[1], numbers[2]);
        if ((uint)numbers[0] > (uint)shape.KeyValueHeads || (numbers[0] > 0 && ((uint)range.First > (uint)range.Last || range.Last > range.Tokens)))
        {
            throw reader.Wrong($"{numbers[0]} pivot groups over rows {range.First} to {range.Last} of {range.Tokens} for {place}");
        }

        (Range, HasBegun, _positions) = (range, numbers[3] != 0, numbers[Numbers..]);
        while (Groups.Length < numbers[0])
        {
            Groups = [.. Groups, MonitoredPivotGroup.Resume(reader, settings, shape, layer, range, _positions, worker, cancellation)];
        }
    }
}
