namespace KvCompose.Reference.RKv;

/// <summary>R-KV of one head over a prompt and decode steps.</summary>
/// <param name="settings">The settings.</param>
/// <param name="every">Tokens between two compressions.</param>
public sealed class RKvDecode(RKvSettings settings, int every)
{
    private readonly List<(int Position, double[] Key)> _rows = [];
    private readonly List<double[][]> _queries = [];

    /// <summary>Positions cached, in the order of the cache.</summary>
    public int[] Rows => [.. _rows.Select(row => row.Position)];

    /// <summary>The prompt: compressed before it is stored. Returns whether anything was.</summary>
    /// <param name="queries">[G][n][d].</param>
    /// <param name="keys">[n][d].</param>
    public bool Prompt(double[][][] queries, double[][] keys)
    {
        for (int j = 0; j < keys.Length; j++)
        {
            Append([.. queries.Select(head => head[j])], keys[j], j);
        }

        return Compress();
    }

    /// <summary>
    /// One step: compresses, with its own key, if the tokens before it are a multiple of <c>every</c>. Returns whether anything was.
    /// </summary>
    public bool Step(double[][] queries, double[] key, int position)
    {
        Append(queries, key, position);
        return position % every == 0 && Compress();
    }

    private void Append(double[][] queries, double[] key, int position)
    {
        _rows.Add((position, key));
        _queries.Add(queries);
    }

    private bool Compress()
    {
        if (_rows.Count < settings.Budget)
        {
            return false;
        }

        double[][][] window = [.. _queries[0]
            .Select((_, member) => _queries.TakeLast(settings.Window).Select(row => row[member]).ToArray())];
        int[] kept = new RKvHead(settings, window, [.. _rows.Select(row => row.Key)]).Kept;
        (int, double[])[] rows = [.. kept.Select(index => _rows[index])];
        _rows.Clear();
        _rows.AddRange(rows);
        return true;
    }
}
