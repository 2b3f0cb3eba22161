namespace KvCompose.Generators.Planning;

/// <summary>What a layer budget reads of a statistic, in the order of the parameters of <c>LayerStatistics</c> after the tokens.</summary>
internal enum LayerTotal
{
    Entropy,
    Variance,
}
