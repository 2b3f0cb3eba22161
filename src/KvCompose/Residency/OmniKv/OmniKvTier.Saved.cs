using KvCompose.Files;
using KvCompose.Residency.HostCopies;

namespace KvCompose.Residency.OmniKv;

/// <summary>OmniKV's tier in a saved cache: of every filter layer its window and the host copies of the layers that follow it.</summary>
public sealed unsafe partial class OmniKvTier : ISavedTier
{
    /// <inheritdoc/>
    /// <remarks>Nothing is under way between steps: a layer that follows has received what its filter layer chose in the same step.</remarks>
    public void Save(int sequence, SectionWriter writer, CancellationToken cancellation)
    {
        for (int layer = 0; layer < _context.Shape.Layers; layer++)
        {
            if (_filters[sequence, layer] is not { } filter)
            {
                continue;
            }

            writer.WriteSection<int>("FILT", [filter.Range.Tokens, filter.Range.First, filter.Range.Last, filter.Following.Count]);
            filter.Window?.Save(writer, filter.Range.Tokens);
            foreach (FollowingLayer following in filter.Following)
            {
                writer.WriteSection<int>("FOLL", [following.Layer, following.Gather.Copies.Length]);
                SavedHostCopies.Write(writer, following.Gather.Copies, filter.Range.Tokens, cancellation);
            }
        }
    }

    /// <inheritdoc/>
    /// <exception cref="HostTierFullException">The host copies do not fit into the limit.</exception>
    public void Resume(int sequence, SectionReader reader, CancellationToken cancellation)
    {
        for (int layer = 0; layer < _context.Shape.Layers; layer++)
        {
            if (_filters[sequence, layer] is { } filter)
            {
                Resume(filter, layer, reader, cancellation);
            }
        }
    }

    private void Resume(FilterLayer filter, int layer, SectionReader reader, CancellationToken cancellation)
    {
        string place = $"the choice of filter layer {layer}";
        Span<int> numbers = stackalloc int[4];
        reader.ReadSection("FILT", place, numbers);
        var range = new PromptRange(numbers[0], numbers[1], numbers[2]);
        if ((uint)range.Tokens > (uint)_context.Shape.Context || (uint)range.First > (uint)range.Last || range.Last > range.Tokens
            || (uint)numbers[3] > (uint)_context.Shape.Layers)
        {
            throw reader.Wrong($"{place} has rows {range.First} to {range.Last} of {range.Tokens} and {numbers[3]} layers behind it");
        }

        filter.Begin(range, 0);
        filter.Window?.Resume(reader, place, range.Tokens);
        int[] positions = [.. Enumerable.Range(0, range.Tokens)];
        while (filter.Following.Count < numbers[3])
        {
            filter.Following.Add(ReadFollowing(reader, place, layer, positions, cancellation));
        }
    }

    private FollowingLayer ReadFollowing(SectionReader reader, string place, int filter, int[] positions, CancellationToken cancellation)
    {
        Span<int> numbers = stackalloc int[2];
        reader.ReadSection("FOLL", place, numbers);
        (int layer, int satellites) = (numbers[0], numbers[1]);
        if ((uint)layer >= (uint)_context.Shape.Layers || _settings.Followed[layer] != filter || (uint)satellites > (uint)_context.Shape.KeyValueHeads)
        {
            throw reader.Wrong($"{satellites} heads of layer {layer} follow {place}");
        }

        HostKvCopy[] copies = SavedHostCopies.Read(reader, _context.Shape, layer, satellites, positions.Length, _store.Memory, cancellation);
        return new FollowingLayer(layer, new HostGather(copies, positions, 2 * _context.Shape.HeadDim, _store.Memory));
    }
}
