namespace KvCompose.Reference.Presses.Replaying;

/// <summary>What KVzip replays: the context is repeated piece by piece against the full cache.</summary>
/// <param name="FirstInstruction">Tokens before the first piece.</param>
/// <param name="NextInstruction">Tokens before the others; the end of the previous piece follows them.</param>
/// <param name="Suffix">Tokens of the chat template after the user's text.</param>
/// <param name="Prefix">P, tokens of the chat template before the user's text; they are not replayed.</param>
/// <param name="Chunk">Tokens of a piece.</param>
public sealed record KvZipReplay(int[] FirstInstruction, int[] NextInstruction, int[] Suffix, int Prefix, int Chunk = 2048)
{
    private const int Overlap = 8;

    /// <summary>The pieces of a prompt: first row, number of rows, and the tokens that are run.</summary>
    public IEnumerable<(int First, int Length, int[] Tokens)> Pieces(int[] prompt)
    {
        for (int first = Prefix; first < prompt.Length; first += Chunk)
        {
            int length = Math.Min(Chunk, prompt.Length - first);
            int[] before = first == Prefix
                ? FirstInstruction
                : [.. NextInstruction, .. prompt[Math.Max(first - Chunk, first - Overlap)..first]];
            yield return (first, length, [.. before, .. Suffix, .. prompt[first..(first + length)]]);
        }
    }
}

/// <summary>KVzip: a row scores what repeating the context needs of it.</summary>
/// <param name="Replay">What is replayed.</param>
/// <param name="Sinks">First rows; they stay, and every piece attends to them.</param>
/// <param name="Normalised">KVzip+: attention times ‖W_O v_j‖₂/‖h_t‖₂, h_t the normed input of the attention block.</param>
/// <remarks>
/// Softmax over the first min(sinks, start) rows, the piece and the replay itself up to the query; maximum over the replay's rows and
/// the group. Rows of the prefix after the sinks score 0. Source: Kim et al., "KVzip: Query-Agnostic KV Cache Compression with Context
/// Reconstruction", arXiv 2505.23416.
/// </remarks>
public sealed record KvZipScores(KvZipReplay Replay, int Sinks = 4, bool Normalised = false)
{
    /// <summary>Scores [L][H][n]. The cache, which holds the prompt, is left as it is.</summary>
    /// <param name="transformer">The model.</param>
    /// <param name="prompt">Token ids, [n].</param>
    /// <param name="cache">The prompt's rows.</param>
    public double[][][] Score(PressTransformer transformer, int[] prompt, PressCache cache)
    {
        PressModel model = transformer.Model;
        double[][][] scores = [.. Enumerable.Range(0, model.Layers).Select(_
            => Enumerable.Range(0, model.Heads.KeyValueHeads).Select(_ => new double[prompt.Length]).ToArray())];
        PressCache copy = cache.Copy();
        foreach ((int first, int length, int[] tokens) in Replay.Pieces(prompt))
        {
            transformer.Run(tokens, prompt.Length, copy, layer =>
            {
                Piece(layer, scores[layer.Index], first, length);
                copy.Truncate(layer.Index, prompt.Length);
            });
        }

        double top = scores.Max(layer => layer.Max(head => head.Max())) + 1;
        foreach (double[] head in scores.SelectMany(layer => layer))
        {
            head.AsSpan(0, Math.Min(Sinks, head.Length)).Fill(top);
        }

        return scores;
    }

    /// <summary>Rows that stay, [L][H], ascending; trunc(rows·r) of all layers and heads go, or of each layer.</summary>
    public static int[][][] Select(double[][][] scores, double removed, bool layerwise)
    {
        if (layerwise)
        {
            return [.. scores.Select(layer => Select([layer], removed, false)[0])];
        }

        int heads = scores[0].Length, rows = scores[0][0].Length, all = scores.Length * heads * rows;
        double[] flat = [.. scores.SelectMany(layer => layer.SelectMany(head => head))];
        bool[] kept = new bool[all];
        Array.ForEach(Ranking.Top(flat, all - (int)(all * removed)), index => kept[index] = true);
        return [.. scores.Select((layer, l) => layer.Select((_, h)
            => Enumerable.Range(0, rows).Where(row => kept[(l * heads + h) * rows + row]).ToArray()).ToArray())];
    }

    private void Piece(PressLayer layer, double[][] scores, int first, int length)
    {
        int m = layer.PassRows, prompt = layer.Rows - m;
        int[] rows = [.. Enumerable.Range(0, Math.Min(Sinks, first)), .. Enumerable.Range(first, length), .. Enumerable.Range(prompt, m)];
        int before = Math.Min(Sinks, first);
        foreach ((int head, double[][] queries) in layer.LastQueries(m).Index())
        {
            int shared = head / layer.Heads.Group;
            double[][] keys = [.. rows.Select(row => layer.Keys[shared][row])];
            double[] weights = Normalised ? Projected(layer, head, first, length) : [.. Enumerable.Repeat(1.0, length)];
            for (int i = 0; i < m; i++)
            {
                double[] attention = Numbers.Attention(queries[i], keys[..(before + length + i + 1)]);
                double norm = Normalised ? layer.InputNorms[i] : 1;
                for (int j = 0; j < length; j++)
                {
                    scores[shared][first + j] = Math.Max(scores[shared][first + j], attention[before + j] * weights[j] / norm);
                }
            }
        }
    }

    private static double[] Projected(PressLayer layer, int head, int first, int length)
    {
        int d = layer.Heads.HeadDim;
        return [.. layer.Values[head / layer.Heads.Group].Skip(first).Take(length).Select(value
            => Math.Sqrt(layer.OutputProjection.Sum(row => Math.Pow(Numbers.Dot(row.AsSpan(head * d, d), value), 2))))];
    }
}
