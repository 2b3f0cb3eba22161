using KvCompose.Shared;

namespace KvCompose.Generators.Planning;

/// <summary>
/// Everything that emitted code has to know of one statistic of the prompt: what asks for it, where it is kept and who reads it. A statistic is one entry of
/// <see cref="All"/>, and its formula in <c>Emit/Statistics</c>.
/// </summary>
/// <param name="Statistic">What stages ask for it by.</param>
/// <param name="Pass">The walk over the keys that it is computed in.</param>
/// <param name="Name">The field of the works that write or read it; parameters of kernels begin with a small letter.</param>
/// <param name="Buffer">The local of the session that holds it.</param>
/// <param name="Meaning">What it is of, for the documentation of a kernel's parameter.</param>
internal sealed record ObservedStatistic(AttentionStatistics Statistic, StatisticPass Pass, string Name, string Buffer, string Meaning)
{
    /// <summary>Positions ahead that are averaged where no option says how many.</summary>
    public const int DefaultFuture = 512;

    /// <summary>What it cannot be computed without, or what cannot be computed without it: asking for one of them is asking for it.</summary>
    public AttentionStatistics AskedBy { get; init; } = Statistic;

    /// <summary>The property of <c>TokenStatistics</c> that hands it to a selection; null where no selection reads it.</summary>
    public string? Property { get; init; } = Statistic.ToString();

    /// <summary>Whether every query head has a row of its own; else every key-value head.</summary>
    public bool PerQueryHead { get; init; } = true;

    /// <summary>What a layer budget reads of it, summed over heads and candidates; null for nothing.</summary>
    public LayerTotal? Total { get; init; }

    /// <summary>Whether a sum over rows is divided by the rows that see the key.</summary>
    public bool IsMean { get; init; }

    /// <summary>The options that a statistic of a layer depends on, in the order of its method's parameters, and what holds where no option says it.</summary>
    public EquatableArray<StatisticOption> Options { get; init; } = [];

    /// <summary>Whether it needs to know how the layer rotates.</summary>
    public bool NeedsRotation { get; init; }

    /// <summary>Whether it needs the layer's output projection.</summary>
    public bool NeedsOutputWeights { get; init; }

    /// <summary>Whether a method of the library gives the same of the keys that a head holds.</summary>
    public bool OfResidentKeys { get; init; }

    /// <summary>All statistics of the prompt, in the order in which they are declared and handed over.</summary>
    public static EquatableArray<ObservedStatistic> All { get; } =
    [
        // The mean of the rows is a by-product of every pass over the window.
        new(AttentionStatistics.WindowSum, StatisticPass.Window, "Sums", "windowSums", "WindowSum of each token.")
        {
            AskedBy = AttentionStatistics.WindowSum | AttentionStatistics.WindowVariance | AttentionStatistics.LayerEntropy,
        },
        new(AttentionStatistics.WindowVariance, StatisticPass.Window, "Variances", "windowVariances", "WindowVariance of each token.")
        {
            Total = LayerTotal.Variance,
        },
        new(AttentionStatistics.LayerEntropy, StatisticPass.Window, "Entropies", "entropies", "−Σ a·ln a over rows and query heads.")
        {
            Property = null, PerQueryHead = false, Total = LayerTotal.Entropy,
        },
        new(AttentionStatistics.AllRowsSum, StatisticPass.AllRows, "AllRows", "allRowsSums", "AllRowsSum of each token."),
        new(AttentionStatistics.AllRowsMean, StatisticPass.AllRows, "AllRowsMeans", "allRowsMeans", "AllRowsMean of each token.") { IsMean = true },
        new(AttentionStatistics.KeyNorm, StatisticPass.Keys, "Norms", "keyNorms", "KeyNorm of each token.") { PerQueryHead = false, OfResidentKeys = true },
        new(AttentionStatistics.AnchorCosine, StatisticPass.Layer, "AnchorCosines", "anchorCosines", "AnchorCosine of each token.")
        {
            PerQueryHead = false, OfResidentKeys = true,
        },
        new(AttentionStatistics.LagRank, StatisticPass.Layer, "LagRanks", "lagRanks", "LagRank of each token.")
        {
            PerQueryHead = false, Options = [new(OptionRole.Sinks, 0), new(OptionRole.Lag, 128)],
        },
        new(AttentionStatistics.ValueNorm, StatisticPass.Layer, "ValueNorms", "valueNorms", "ValueNorm of each token.") { PerQueryHead = false },
        new(AttentionStatistics.ExpectedAttention, StatisticPass.Layer, "Expected", "expectedAttention", "ExpectedAttention of each token.")
        {
            Options = [new(OptionRole.Sinks, 0), new(OptionRole.FutureTokens, DefaultFuture)], NeedsRotation = true,
        },
        new(AttentionStatistics.OutputChange, StatisticPass.Layer, "OutputChanges", "outputChanges", "OutputChange of each token.")
        {
            Options = [new(OptionRole.Window, 32)],
        },
        new(AttentionStatistics.OutputNorm, StatisticPass.Layer, "OutputNorms", "outputNorms", "OutputNorm of each token.")
        {
            PerQueryHead = false, NeedsOutputWeights = true,
        },
        new(AttentionStatistics.Leverage, StatisticPass.Layer, "Leverages", "leverages", "Leverage of each token.")
        {
            PerQueryHead = false, Options = [new(OptionRole.Sinks, 0), new(OptionRole.Window, 0), new(OptionRole.Seed, 0)], NeedsRotation = true,
        },
        new(AttentionStatistics.ChunkAttention, StatisticPass.Layer, "ChunkSums", "chunkSums", "ChunkAttention of each token.")
        {
            PerQueryHead = false, Options = [new(OptionRole.Sinks, 0), new(OptionRole.Window, 0), new(OptionRole.Chunk, 256)],
        },
    ];

    /// <summary>The name of a kernel's parameter or of a local.</summary>
    public string LocalName => char.ToLowerInvariant(Name[0]) + Name.Substring(1);

    /// <summary>The shape of the rows in a kernel's parameter.</summary>
    public string Shape => PerQueryHead ? "[heads][GroupSize][stride]" : "[heads][stride]";
}
