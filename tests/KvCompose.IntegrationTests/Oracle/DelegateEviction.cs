using KvCompose.Reference;

namespace KvCompose.IntegrationTests.Oracle;

/// <summary>What stays while decoding, by a delegate.</summary>
internal sealed class DelegateEviction(Func<int, int, int[], double[][], int[]> survivors) : IPlainEviction
{
    public int[] Survivors(int layer, int head, int[] positions, double[][] probabilities) => survivors(layer, head, positions, probabilities);
}
