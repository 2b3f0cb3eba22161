using KvCompose.Reference;

namespace KvCompose.IntegrationTests.Oracle;

/// <summary>What a step attends to, as positions, by a delegate.</summary>
internal sealed class DelegateRetrieval(Func<int, int, int[], double[][], double[], IEnumerable<int>> attended) : IPlainRetrieval
{
    /// <summary>What a session held when its last step attended.</summary>
    public static DelegateRetrieval Following(KvSession session, int sequence = 0)
        => new((layer, head, _, _, _) => session.Positions(layer, head, sequence));

    public int[] Attended(int layer, int head, int[] positions, double[][] keys, ReadOnlySpan<double> queries)
    {
        HashSet<int> wanted = [.. attended(layer, head, positions, keys, queries.ToArray())];
        return [.. Enumerable.Range(0, positions.Length).Where(index => wanted.Contains(positions[index]))];
    }
}
