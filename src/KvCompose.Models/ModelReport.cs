using System.Globalization;
using KvCompose.Models.Files;

namespace KvCompose.Models;

/// <summary>What loading a model found.</summary>
public sealed record ModelReport
{
    /// <summary>The format of its files.</summary>
    public required string Format { get; init; }

    /// <summary>The family of its network.</summary>
    public required string Family { get; init; }

    /// <summary>The files with weights.</summary>
    public required IReadOnlyList<string> Files { get; init; }

    /// <summary>Bytes of these files.</summary>
    public required long FileBytes { get; init; }

    /// <summary>Bytes of memory beside the mapped files: matrices that are stored as floats, norms and biases.</summary>
    public required long OwnBytes { get; init; }

    /// <summary>Numbers in all tensors.</summary>
    public required long Parameters { get; init; }

    /// <summary>Stored types with the number of tensors of each, most frequent first.</summary>
    public required IReadOnlyList<(string Type, int Tensors)> Types { get; init; }

    /// <summary>Longest sequence of a session, in tokens.</summary>
    public required int Context { get; init; }

    /// <summary>What is out of the ordinary, a sentence each.</summary>
    public required IReadOnlyList<string> Notes { get; init; }

    /// <summary>A few lines for a person.</summary>
    public override string ToString()
    {
        FormattableString head = $"{Family}, {Parameters / 1e6:F1} million parameters, {Format}, {FileBytes / 1048576.0:F1} MiB";
        string types = string.Join(", ", Types.Select(static type => FormattableString.Invariant($"{type.Tensors} × {type.Type}")));
        return string.Join('\n', [head.ToString(CultureInfo.InvariantCulture), types, $"context {Context} tokens", .. Notes]);
    }

    internal static ModelReport Of(LoadedParts parts, NetworkDescription description, int context, bool hasTokenizer)
    {
        IEnumerable<StoredTensor> tensors = parts.Checkpoint.Tensors.Values;
        return new ModelReport
        {
            Format = parts.Format,
            Family = description.Family,
            Files = [.. parts.Checkpoint.Files.Select(static file => file.Path)],
            FileBytes = parts.Checkpoint.Bytes,
            OwnBytes = parts.OwnBytes,
            Parameters = tensors.Sum(static tensor => tensor.Count),
            Types = [.. tensors.GroupBy(static tensor => tensor.TypeName).Select(static group => (group.Key, group.Count()))
                .OrderByDescending(static type => type.Item2).ThenBy(static type => type.Key, StringComparer.Ordinal)],
            Context = context,
            Notes = [.. NotesOf(description, context, hasTokenizer), .. NotesOf(parts.Checkpoint)],
        };
    }

    private static readonly (string What, string[] Parts)[] Beside =
    [
        ("images or audio", ["visual.", "vision", "multi_modal_projector.", "audio", "v.blk.", "mm."]),
        ("further predicted tokens", ["mtp.", ".nextn."]),
    ];

    /// <summary>What files hold beside the text's network.</summary>
    private static IEnumerable<string> NotesOf(Checkpoint checkpoint)
    {
        foreach ((string what, string[] parts) in Beside)
        {
            int count = checkpoint.Unread.Count(name => parts.Any(part => name.Contains(part, StringComparison.Ordinal)));
            if (count > 0)
            {
                yield return $"{count} tensors for {what} are not read";
            }
        }
    }

    private static IEnumerable<string> NotesOf(NetworkDescription description, int context, bool hasTokenizer)
    {
        if (!hasTokenizer)
        {
            yield return "no tokenizer: only token ids can be used";
        }

        int windows = description.Layers.Count(layer => layer.Attention?.Window < context);
        if (windows > 0)
        {
            yield return $"{windows} of {description.Layers.Count} layers see a window of {description.Layers.Min(static layer => layer.Attention?.Window)} tokens";
        }

        int states = description.Layers.Count(static layer => layer.Recurrent is not null);
        if (states > 0)
        {
            long bytes = description.Layers.Sum(static layer => layer.Recurrent?.StateFloats ?? 0) * sizeof(float);
            yield return $"{states} of {description.Layers.Count} layers hold a fixed state, {bytes} bytes a sequence together";
        }

        int readers = description.Layers.Count(static layer => layer.Attention?.ReadsLayer is not null);
        if (readers > 0)
        {
            yield return $"{readers} of {description.Layers.Count} layers read the cache of an earlier one";
        }

        if (description.Layers.FirstOrDefault(static layer => layer.Experts is not null)?.Experts is { } experts)
        {
            yield return $"a token goes through {experts.Chosen} of {experts.Count} experts";
        }

        RopeScaling? scaling = description.Layers.Select(static layer => layer.Attention?.Rotation?.Scaling)
            .FirstOrDefault(static scaling => scaling is RopeScaling.LongRope or RopeScaling.Dynamic);
        if (scaling is RopeScaling.LongRope longRope)
        {
            yield return context <= longRope.OriginalContext
                ? $"rotated for sequences up to {longRope.OriginalContext} tokens; a longer Context takes the frequencies for longer ones, up to {description.Context}"
                : "rotated for long sequences at all lengths";
        }
        else if (scaling is RopeScaling.Dynamic dynamic)
        {
            yield return context <= dynamic.OriginalContext
                ? $"the base of rotation grows beyond {dynamic.OriginalContext} tokens; a longer Context is rotated for its full length"
                : $"rotated for sequences of {context} tokens at all lengths";
        }
    }
}
