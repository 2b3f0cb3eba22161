namespace KvCompose.Reference.Presses.Scoring;

/// <summary>Attention inside chunks without a causal mask: what a chunk's queries, earlier and later ones, give each of its keys.</summary>
/// <param name="Chunk">C, rows of a chunk.</param>
/// <param name="Padding">
/// What a short last chunk is: true pads it to C as the published code does, with keys of logit 0 and rows that attend evenly.
/// False scores its rows alone.
/// </param>
/// <remarks>
/// Logits q·k without 1/√d, as published; column sums, mean over the group, times ‖v_j‖₂, average pooling of 3, (x − mean)/deviation
/// over all heads. Source: Chari and Van Durme, arXiv 2507.08143.
/// </remarks>
public sealed record NonCausalScore(int Chunk = 256, bool Padding = false) : IPressScorer
{
    private const int Kernel = 3;

    /// <inheritdoc/>
    public double[][] Score(PressLayer layer, double removed)
    {
        double[][] received = layer.GroupMeans([.. layer.LastQueries(layer.Rows).Select((queries, head)
            => Received(queries, layer.Keys[head / layer.Heads.Group]))]);
        return Protection.Standardised([.. received.Select((head, h) => Pooling.Apply(
            [.. head.Select((x, j) => x * Numbers.Norm(layer.Values[h][j]))], PoolingKind.Average, Kernel))]);
    }

    private double[] Received(double[][] queries, double[][] keys)
    {
        var received = new double[keys.Length];
        for (int first = 0; first < keys.Length; first += Chunk)
        {
            int count = Math.Min(Chunk, keys.Length - first), padded = Padding ? Chunk - count : 0;
            for (int row = first; row < first + count; row++)
            {
                double[] logits = [.. keys[first..(first + count)].Select(key => Numbers.Dot(queries[row], key)), .. new double[padded]];
                double[] attention = Numbers.Softmax(logits);
                for (int j = 0; j < count; j++)
                {
                    received[first + j] += attention[j];
                }
            }

            for (int j = 0; j < count; j++)
            {
                received[first + j] += padded / (double)Chunk;
            }
        }

        return received;
    }
}
