namespace KvCompose.Conformance.Reading;

/// <summary>Tensors as nested arrays of doubles, which the plain references read.</summary>
internal static class Rows
{
    /// <summary>[n, d] after leading indices as [n][d].</summary>
    public static double[][] Matrix(this Tensor tensor, params ReadOnlySpan<int> indices)
        => Split(tensor.Doubles(indices), tensor.Shape[indices.Length]);

    /// <summary>[a, n, d] after leading indices as [a][n][d].</summary>
    public static double[][][] Matrices(this Tensor tensor, params ReadOnlySpan<int> indices)
    {
        int rows = tensor.Shape[indices.Length + 1];
        return [.. Split(tensor.Doubles(indices), tensor.Shape[indices.Length]).Select(block => Split(block, rows))];
    }

    /// <summary>[b, a, n, d] as [b][a][n][d].</summary>
    public static double[][][][] Layers(this Tensor tensor)
        => [.. Enumerable.Range(0, tensor.Shape[0]).Select(layer => tensor.Matrices(layer))];

    private static double[][] Split(double[] values, int count)
    {
        int length = count == 0 ? 0 : values.Length / count;
        return [.. Enumerable.Range(0, count).Select(row => values[(row * length)..((row + 1) * length)])];
    }
}
