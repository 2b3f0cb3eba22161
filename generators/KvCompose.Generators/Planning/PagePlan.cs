using KvCompose.Cache;
using KvCompose.Shared.Specs;

namespace KvCompose.Generators.Planning;

/// <summary>What a page holds and where.</summary>
internal sealed record PagePlan
{
    /// <summary>The storage where none is declared.</summary>
    public const string SinglePrecision = "global::KvCompose.Fp32Storage";

    /// <summary>Bits of an element of <see cref="SinglePrecision"/>.</summary>
    public const int SinglePrecisionBits = 32;

    /// <summary>Rows whose queries decide over channels, unless an option says it.</summary>
    private const int DefaultChannelRows = 32;

    /// <summary>The layout that the runtime has, too.</summary>
    public required PageLayout Layout { get; init; }

    /// <summary>The storage that was declared, or the default.</summary>
    public required string Storage { get; init; }

    /// <summary>Whether kernels can read what the storage stores.</summary>
    public required bool KernelReadable { get; init; }

    /// <summary>Last rows of the prompt whose queries decide which channels the keys of a full page keep.</summary>
    public required int ChannelRows { get; init; }

    /// <summary>Whether a page keeps the line of its head.</summary>
    public required bool KeepsOrder { get; init; }

    /// <summary>Where a page keeps the line of its head, one slot number a rank.</summary>
    public int OrderOffset => Layout.StateOffset;

    /// <summary>Where a page keeps what its tokens have collected.</summary>
    public int CollectedOffset => Layout.StateOffset + (KeepsOrder ? Layout.PageTokens * sizeof(int) : 0);

    /// <summary>Bytes that one token takes under one key-value head, position included.</summary>
    public int BytesPerToken => (Layout.CountOffset + Layout.PageTokens - 1) / Layout.PageTokens;

    /// <param name="spec">The declaration.</param>
    /// <param name="keepsOrder">Whether an eviction while decoding pools along a line.</param>
    /// <param name="collects">Whether every token keeps what it has collected.</param>
    public static PagePlan Of(PipelineSpec spec, bool keepsOrder, bool collects)
    {
        StageSpec? storage = spec[StageSlot.Storage];
        bool counted = spec[StageSlot.TokenSelection]!.Facts.Lossy
            && spec.Stages.Any(static stage => stage is { Tier: not null, Facts.Layout: >= CacheLayout.Paged });
        int pruned = storage?.PrunedChannels(spec.HeadDim) ?? 0;
        return new PagePlan
        {
            Layout = new PageLayout(
                spec.HeadDim, spec.PageTokens, storage?.Facts.ElementBits is > 0 and var declared ? declared : SinglePrecisionBits,
                stateWords: (keepsOrder ? 1 : 0) + (collects ? 1 : 0), counted, storage is { Facts.Quantised: true },
                keyChannels: pruned == 0 ? 0 : spec.HeadDim - pruned),
            Storage = storage?.Type.FullyQualifiedName ?? SinglePrecision,
            KernelReadable = storage is null or { Facts.KernelReadable: true },
            ChannelRows = storage?.Number(OptionRole.ObservedRows, DefaultChannelRows) ?? 0,
            KeepsOrder = keepsOrder,
        };
    }
}
