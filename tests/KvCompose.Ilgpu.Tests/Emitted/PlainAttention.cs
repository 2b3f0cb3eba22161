using KvCompose.Reference;

namespace KvCompose.DeviceTests.Emitted;

/// <summary>Attention of one query over some rows of a head: the plain reference's probabilities times the values.</summary>
internal static class PlainAttention
{
    public static double[] Of(ReadOnlySpan<float> query, float[] keys, float[] values, int[] rows)
    {
        int headDim = query.Length;
        var output = new double[headDim];
        if (rows.Length == 0)
        {
            return output;
        }

        float[] chosen = [.. rows.SelectMany(row => keys.AsSpan(row * headDim, headDim).ToArray())];
        double[,] probabilities = WindowAttention.Probabilities(query, chosen, 1, rows.Length, headDim);
        for (int rank = 0; rank < rows.Length; rank++)
        {
            for (int i = 0; i < headDim; i++)
            {
                output[i] += probabilities[0, rank] * values[(rows[rank] * headDim) + i];
            }
        }

        return output;
    }
}
