namespace KvCompose.Reference.HeteroCache;

/// <summary>
/// HeteroCache on one layer of one sequence: the prompt is cut to the heads' budgets, then every decoded token is appended to all
/// heads, attended, and watched. Heads are named by their model index; only pages follow the physical order. Spec §1.4, §1.5.
/// </summary>
public sealed class HeteroLayer
{
    private readonly HeteroSettings settings;
    private readonly LayerPrompt prompt;
    private readonly IReadOnlyList<PivotGroup> stars;
    private readonly DriftMonitor monitor;
    private readonly PageRows rows;
    private readonly int[] lengths;
    private int step;

    /// <summary>The prompt pass of the layer.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The ratio is below the share of the full heads, or the window is below 1.</exception>
    /// <exception cref="InvalidOperationException">Defect C keeps a token of a head that has no page.</exception>
    public HeteroLayer(HeteroSettings settings, HeadProfile profile, int layer, LayerPrompt prompt)
    {
        this.settings = settings;
        this.prompt = prompt;
        stars = profile.Stars[layer];
        Budget = LayerBudget.Of(profile, layer, settings.Ratio, prompt.Tokens, settings.Defects);
        Selection = PromptSelection.Of(profile, layer, prompt, Budget, settings.Scores);
        monitor = new DriftMonitor(settings, stars, Selection);

        int[] order = HeadOrder.Of(profile.Classes[layer]);
        Pages = new PageLedger(order, Budget.Capacity, settings.MaxNewTokens, settings.PageTokens);
        rows = new PageRows(Pages.TotalPages * settings.PageTokens, prompt.HeadDim);
        lengths = [.. Selection.Kept.Select(kept => kept.Length)];

        // Full heads first: under defect C a compressed head may write one row too many, into whatever lies after its pages.
        foreach (int head in order.OrderBy(head => profile.Classes[layer][head] is HeadClass.Volatile or HeadClass.Pivot ? 0 : 1))
        {
            WritePrompt(head, Selection.Kept[head]);
        }
    }

    /// <summary>Prompt tokens of each head.</summary>
    public LayerBudget Budget { get; }

    /// <summary>What was kept of the prompt.</summary>
    public PromptSelection Selection { get; }

    /// <summary>Who holds which pages.</summary>
    public PageLedger Pages { get; }

    /// <summary>Whether the layer needs a backing store for its satellites.</summary>
    public bool NeedsBackingStore => stars.Count > 0;

    /// <summary>[head]: tokens held.</summary>
    public IReadOnlyList<int> Lengths => lengths;

    /// <summary>Positions in the slots that the prompt took in a head, slot by slot.</summary>
    public int[] PromptPositions(int head) => [.. Enumerable.Range(0, Selection.Kept[head].Length).Select(index =>
        Pages.Row(head, index) is var row && row >= 0 ? rows.Position(row) : PageRows.Unwritten)];

    /// <summary>One decoded token.</summary>
    /// <param name="queries">[query head, headDim].</param>
    /// <param name="keys">[key-value head, headDim].</param>
    /// <param name="values">[key-value head, headDim].</param>
    /// <returns>The layer's attention output, [query head, headDim], and what the monitor saw.</returns>
    /// <exception cref="InvalidOperationException">More tokens are decoded than the pages were made for.</exception>
    public (float[] Output, IReadOnlyList<DriftCheck> Checks) Decode(float[] queries, float[] keys, float[] values)
    {
        Append(keys, values);
        IReadOnlyList<DriftCheck> checks = [];
        if (settings.Visibility == RetrievalVisibility.SameToken)
        {
            checks = Watch(queries);
        }

        float[] output = [.. Enumerable.Range(0, lengths.Length).SelectMany(head =>
            ResidentAttention.Of(Group(queries, head), rows, Resident(head, lengths[head]), prompt.HeadDim))];
        if (settings.Visibility == RetrievalVisibility.NextToken)
        {
            checks = Watch(queries);
        }

        step++;
        return (output, checks);
    }

    private void Append(float[] keys, float[] values)
    {
        Pages.Extend(lengths);
        for (int head = 0; head < lengths.Length; head++)
        {
            int start = head * prompt.HeadDim;
            rows.Write(Pages.Row(head, lengths[head]++), prompt.Tokens + step,
                keys.AsSpan(start, prompt.HeadDim), values.AsSpan(start, prompt.HeadDim));
        }
    }

    private IReadOnlyList<DriftCheck> Watch(float[] queries)
    {
        IReadOnlyList<DriftCheck> checks = monitor.Push(step, queries, ScorePivot, Budget.Capacity);
        foreach (DriftCheck check in checks)
        {
            for (int i = 0; i < (check.Refresh?.Fetched.Length ?? 0); i++)
            {
                WritePrompt(stars[check.Star].Satellites[i], check.Refresh!.Fetched[i]);
            }
        }

        return checks;
    }

    /// <summary>A pivot is scored by the keys that it holds: it holds the whole prompt.</summary>
    private double[] ScorePivot(int pivot, float[] queries)
    {
        float[] keys = [.. Resident(pivot, prompt.Tokens).SelectMany(row => rows.Key(row).ToArray())];
        return settings.Scores.Of(Group(queries, pivot), keys, prompt.HeadDim);
    }

    /// <summary>Writes prompt tokens to the head's first slots, which lie in a row.</summary>
    private void WritePrompt(int head, int[] positions)
    {
        int first = Pages.FirstRow(head);
        if (positions.Length > 0 && first < 0)
        {
            throw new InvalidOperationException($"head {head} keeps {positions.Length} prompt tokens and has no page for them");
        }

        for (int i = 0; i < positions.Length; i++)
        {
            int source = positions[i] * prompt.HeadDim;
            rows.Write(first + i, positions[i],
                prompt.KeysOf(head).Slice(source, prompt.HeadDim), prompt.ValuesOf(head).Slice(source, prompt.HeadDim));
        }
    }

    private int[] Resident(int head, int count) => [.. Enumerable.Range(0, count).Select(index => Pages.Row(head, index))];

    private ReadOnlySpan<float> Group(float[] queries, int head) =>
        queries.AsSpan(head * prompt.GroupSize * prompt.HeadDim, prompt.GroupSize * prompt.HeadDim);
}
