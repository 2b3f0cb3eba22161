namespace KvCompose.Reference.HeteroCache;

/// <summary>How the compressible heads of a model share the budget: less stable, more tokens. Spec §1.1.</summary>
public static class HeadWeights
{
    private const double Epsilon = 1e-6;

    /// <summary>Weight of a head that keeps its whole prompt.</summary>
    public const double Full = -1;

    /// <summary>
    /// w_h = T · (1/(S_stable(h)+ε)) / Σ 1/(S_stable(j)+ε) over the T anchors and satellites of all layers; −1 for the others.
    /// </summary>
    /// <param name="stability">S_stable, [layer][head].</param>
    /// <param name="classes">[layer][head].</param>
    public static double[][] Of(IReadOnlyList<double[]> stability, IReadOnlyList<HeadClass[]> classes)
    {
        double sum = 0;
        int compressible = 0;
        for (int layer = 0; layer < classes.Count; layer++)
        {
            for (int head = 0; head < classes[layer].Length; head++)
            {
                if (classes[layer][head] is not (HeadClass.Volatile or HeadClass.Pivot))
                {
                    sum += 1 / (stability[layer][head] + Epsilon);
                    compressible++;
                }
            }
        }

        return [.. classes.Select((row, layer) => row.Select((headClass, head) => headClass is HeadClass.Volatile or HeadClass.Pivot
            ? Full
            : 1 / (stability[layer][head] + Epsilon) / sum * compressible).ToArray())];
    }
}
