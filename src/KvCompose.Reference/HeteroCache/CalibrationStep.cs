namespace KvCompose.Reference.HeteroCache;

/// <summary>What one recorded pass of the calibration run says: the important positions of every head.</summary>
/// <param name="KeyTokens">Keys that the pass saw; names the step. The smallest is the prompt pass.</param>
/// <param name="Important">[layer][key-value head][sequence of the batch], see <see cref="ImportantSet"/>.</param>
public sealed record CalibrationStep(int KeyTokens, IReadOnlyList<IReadOnlyList<IReadOnlyList<int[]>>> Important);
