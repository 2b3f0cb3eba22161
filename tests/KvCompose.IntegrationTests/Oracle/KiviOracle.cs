using KvCompose.Reference;

namespace KvCompose.IntegrationTests.Oracle;

/// <summary>KIVI as the cache of the plain transformer: what is kept is quantised page by page.</summary>
internal sealed class KiviOracle(HeadLayout heads, int pageTokens, int bits, IPlainSelector? selector = null) : SealedPagesOracle(heads, selector)
{
    private readonly int _headDim = heads.HeadDim;

    protected override float[] Keys(int layer, int head, float[] keys) => Kivi.Keys(keys, _headDim, pageTokens, bits);

    protected override float[] Values(float[] values) => Kivi.Values(values, _headDim, pageTokens, bits);
}
