using KvCompose.Residency;

namespace KvCompose;

/// <summary>What a session's tiers below the resident cache hold and have moved since the session was opened.</summary>
/// <param name="HostBytes">Bytes held in host memory beside the resident pages.</param>
/// <param name="DiskBytes">Bytes held on disk.</param>
/// <param name="Retrievals">Times that tokens were asked for: queries of an index, or triggers of a monitor.</param>
/// <param name="TokensMoved">Tokens that were made resident, summed over layers and key-value heads.</param>
/// <param name="BytesMoved">Bytes of keys and values that were made resident.</param>
public readonly record struct TierUsage(long HostBytes, long DiskBytes, long Retrievals, long TokensMoved, long BytesMoved)
{
    /// <summary>Pages that retrievals chose, summed over layers and key-value heads.</summary>
    public long PagesChosen { get; init; }

    /// <summary>Pages of those that were not resident already.</summary>
    public long PagesMoved { get; init; }

    /// <summary>Pages of those that had arrived before their layer asked for them.</summary>
    public long PagesPrefetched { get; init; }

    /// <summary>Requests that could not be fulfilled: the tokens before stayed in use.</summary>
    public long Failures { get; init; }

    /// <summary>Why the latest of <see cref="Failures"/> could not be fulfilled; null while there is none.</summary>
    public Exception? LastFailure { get; init; }

    /// <summary>Tokens with the largest q·k among those of the host, as many as were to be brought in, summed over queries; 0 unless it is measured.</summary>
    public long BestTokens { get; init; }

    /// <summary>Tokens of those that the chosen pages hold.</summary>
    public long BestTokensHeld { get; init; }

    /// <summary>What several tiers hold and have moved together; of their failures the last one's that had any is named.</summary>
    internal static TierUsage Of(IReadOnlyList<IRetrievalTier> tiers)
    {
        TierUsage sum = default;
        foreach (IRetrievalTier tier in tiers)
        {
            TierUsage own = tier.Usage;
            sum = new TierUsage(
                sum.HostBytes + own.HostBytes, sum.DiskBytes + own.DiskBytes, sum.Retrievals + own.Retrievals, sum.TokensMoved + own.TokensMoved,
                sum.BytesMoved + own.BytesMoved)
            {
                PagesChosen = sum.PagesChosen + own.PagesChosen,
                PagesMoved = sum.PagesMoved + own.PagesMoved,
                PagesPrefetched = sum.PagesPrefetched + own.PagesPrefetched,
                Failures = sum.Failures + own.Failures,
                LastFailure = own.LastFailure ?? sum.LastFailure,
                BestTokens = sum.BestTokens + own.BestTokens,
                BestTokensHeld = sum.BestTokensHeld + own.BestTokensHeld,
            };
        }

        return sum;
    }

    /// <summary>Share of the best tokens that the chosen pages hold; 0 where it is not measured.</summary>
    public double Recall => BestTokens == 0 ? 0 : (double)BestTokensHeld / BestTokens;

    /// <summary>Share of the chosen pages that were resident from the step before; 0 where none was chosen.</summary>
    public double Overlap => PagesChosen == 0 ? 0 : 1 - ((double)PagesMoved / PagesChosen);
}
