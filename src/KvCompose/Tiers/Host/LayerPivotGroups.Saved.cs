using KvCompose.Sessions.Saved;

namespace KvCompose.Tiers.Host;

/// <summary>The stars of a layer in a saved cache.</summary>
internal sealed partial class LayerPivotGroups
{
    private const int Numbers = 4;

    /// <summary>Writes the layer between two steps.</summary>
    public void Save(SectionWriter writer, CancellationToken cancellation)
    {
        writer.WriteSection<int>("LAYR", [Stars.Length, Range.First, Range.Last, HasBegun ? 1 : 0, .. _positions.AsSpan(0, Stars.Length > 0 ? Range.Tokens : 0)]);
        foreach (MonitoredPivotGroup star in Stars)
        {
            star.Save(writer, cancellation);
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
        string place = $"the stars of layer {layer}";
        int[] numbers = reader.ReadNumbers("LAYR", place, Numbers, shape.Context + Numbers);
        var range = new PromptRange(numbers.Length - Numbers, numbers[1], numbers[2]);
        if ((uint)numbers[0] > (uint)shape.KeyValueHeads || (numbers[0] > 0 && ((uint)range.First > (uint)range.Last || range.Last > range.Tokens)))
        {
            throw reader.Wrong($"{numbers[0]} stars over rows {range.First} to {range.Last} of {range.Tokens} for {place}");
        }

        (Range, HasBegun, _positions) = (range, numbers[3] != 0, numbers[Numbers..]);
        while (Stars.Length < numbers[0])
        {
            Stars = [.. Stars, MonitoredPivotGroup.Resume(reader, settings, shape, layer, range, _positions, worker, cancellation)];
        }
    }
}
