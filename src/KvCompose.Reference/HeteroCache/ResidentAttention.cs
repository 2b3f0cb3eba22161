namespace KvCompose.Reference.HeteroCache;

/// <summary>Attention of one key-value head's group over exactly the tokens that the head holds. Spec §1.5.</summary>
public static class ResidentAttention
{
    /// <summary>softmax(q·k/√d)·v for every query head of the group.</summary>
    /// <param name="queries">[group, headDim].</param>
    /// <param name="rows">The page pool.</param>
    /// <param name="resident">Rows of the pool that the head holds, at least one.</param>
    /// <param name="headDim">d.</param>
    /// <returns>[group, headDim].</returns>
    public static float[] Of(ReadOnlySpan<float> queries, PageRows rows, IReadOnlyList<int> resident, int headDim)
    {
        var keys = new float[resident.Count * headDim];
        for (int i = 0; i < resident.Count; i++)
        {
            rows.Key(resident[i]).CopyTo(keys.AsSpan(i * headDim));
        }

        var output = new float[queries.Length];
        var sums = new double[headDim];
        for (int member = 0; member < queries.Length / headDim; member++)
        {
            double[,] probabilities =
                WindowAttention.Probabilities(queries.Slice(member * headDim, headDim), keys, 1, resident.Count, headDim);
            Array.Clear(sums);
            for (int i = 0; i < resident.Count; i++)
            {
                ReadOnlySpan<float> value = rows.Value(resident[i]);
                for (int column = 0; column < headDim; column++)
                {
                    sums[column] += probabilities[0, i] * value[column];
                }
            }

            for (int column = 0; column < headDim; column++)
            {
                output[member * headDim + column] = (float)sums[column];
            }
        }

        return output;
    }
}
