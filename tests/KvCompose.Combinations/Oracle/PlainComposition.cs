using KvCompose.Combinations.Catalogue;
using KvCompose.IntegrationTests.Oracle;
using KvCompose.Reference;

namespace KvCompose.Combinations.Oracle;

/// <summary>
/// One sequence of a combination on the plain double-precision transformer: the stages' references one after another. Retrieval is followed, not
/// foretold: a step attends to what the session held, with the keys and values of the whole prompt.
/// </summary>
internal sealed class PlainComposition(Combination combination, TestModel model)
{
    private readonly PlainTransformer _plain = model.Oracle(PlainHalf.Of(combination));
    private PlainPrompt? _prompt;
    private PlainDecodeEviction? _eviction;
    private SealedPagesOracle? _sealed;
    private int _length;
    private int _decoded;

    /// <summary>Runs the prompt; the logits of its last token.</summary>
    public double[] Prefill(int[] prompt)
    {
        int[] taken = combination[StageSlot.Propagation] is { TwoPass: true } restart ? Filtered(restart, prompt) : prompt;
        _length = taken.Length;
        _prompt = new PlainPrompt(combination, model.Plain, taken.Length);
        double[] logits = _plain.Prefill(taken, _prompt);

        // What a layer keeps is known when the last one is in: the same prompt once more, with that.
        IPlainSelector? chosen = _prompt.Layers.Count > 0 && !Retrieves
            ? new Chosen(new PlainPrompt(combination, model.Plain, taken.Length), _prompt)
            : null;
        _sealed = Sealing(chosen);
        if (_sealed is not null)
        {
            _plain.Prefill(taken, _sealed, _sealed);
        }
        else if (chosen is not null)
        {
            _plain.Prefill(taken, chosen);
        }

        StageChoice selection = combination[StageSlot.TokenSelection]!;
        _eviction = selection.Facts.Lossy && selection.Facts.Phases.HasFlag(StagePhases.Decode) && selection.Option(OptionRole.DecodeEviction, true)
            ? new PlainDecodeEviction(selection, _prompt)
            : null;
        return logits;
    }

    /// <summary>The cache of a storage that writes full pages again, or null.</summary>
    private SealedPagesOracle? Sealing(IPlainSelector? chosen) => combination[StageSlot.Storage] switch
    {
        { Facts: StorageFactsAttribute { Quantised: true, ElementBits: var bits } } => new KiviOracle(model.Plain.Heads, SmallModel.PageTokens, bits, chosen) { SoftCap = model.Plain.SoftCap },
        { Facts: StorageFactsAttribute { PrunesKeyChannels: true } } pruning => new ThinKOracle(
            model.Plain.Heads, SmallModel.PageTokens, pruning.Option(OptionRole.PrunedChannels, 0.0), pruning.Option(OptionRole.ObservedRows, 0), chosen)
        {
            SoftCap = model.Plain.SoftCap,
        },
        _ => null,
    };

    /// <summary>Feeds one token; the logits of the next. <paramref name="held"/> says what a retrieving session held: (layer, head) to positions.</summary>
    public double[] Decode(int token, Func<int, int, int[]> held)
    {
        _decoded++;
        if (_eviction is not null && combination[StageSlot.Storage] is { Facts.Lossy: true })
        {
            _eviction.Rounded = held;
        }

        return _sealed is null
            ? _plain.Decode(token, _length++, _eviction, Retrieves ? new Followed(held) : null)
            : _plain.Decode(token, _length++, _sealed);
    }

    /// <summary>
    /// Feeds a chunk: all but its last token in one pass, the last one as a step; the logits of the next. <paramref name="before"/> says what a retrieving
    /// session held when the pass came to a layer, <paramref name="held"/> what it held in the step.
    /// </summary>
    public double[] Append(int[] tokens, Func<int, int, int[]> before, Func<int, int, int[]> held)
    {
        int[] pass = tokens[..^1];
        if (_sealed is null)
        {
            _plain.Append(pass, _length, Retrieves ? new Followed(before) : null, _eviction is null ? null : _eviction.Observe);
        }
        else
        {
            _plain.Append(pass, _length, _sealed);
        }

        _length += pass.Length;
        _decoded += pass.Length;
        return Decode(tokens[^1], held);
    }

    /// <summary>Positions that a head of a global layer holds, ascending; of the prompt alone where the session retrieves.</summary>
    public int[] Held(int layer, int head)
        => Retrieves && _prompt!.Layers.Count > 0
            ? [.. (HoldsAll(layer) ? Enumerable.Range(0, _prompt.Layers[layer].Tokens) : _prompt.Rows(layer)[head])
                .Select(row => _prompt.Layers[layer].Positions[row]).Order()]
            : [.. _plain.CachedPositions(model.Plain.Globals[layer], head).Order(), .. _sealed is null ? [] : Enumerable.Range(_length - _decoded, _decoded)];

    /// <summary>Positions that a head of a layer with a window holds, ascending.</summary>
    public int[] InWindow(int layer, int head) => [.. _plain.CachedPositions(layer, head).Order()];

    /// <summary>Whether tokens that were left out may come back.</summary>
    public bool Retrieves => combination[StageSlot.TokenSelection]!.Facts.Lossy && combination[StageSlot.Residency] is { Retrieves: true };

    /// <summary>Whether a layer holds every token because it chooses for others, or waits with one that does.</summary>
    private bool HoldsAll(int layer)
        => combination[StageSlot.Residency] is { Facts.Profile: ProfileKind.FilterLayers } filter
            && Reference.OmniKv.Followed(model.Plain.Globals.Length, SmallModelOptions.Filters, filter.Option(OptionRole.WaitLayers, 0))[layer] < 0;

    private int[] Filtered(StageChoice restart, int[] prompt)
    {
        int onward = PlainStages.Propagation(restart)!.Count(new PropagationContext
        {
            Layer = restart.Option(OptionRole.Layer, 0),
            Layers = model.Plain.Globals.Length,
            PromptTokens = prompt.Length,
            Tokens = prompt.Length,
        });
        int[] chosen = prompt;
        model.Oracle().Prefill(prompt, new Filter((layer, queries, keys) =>
        {
            if (layer == restart.Option(OptionRole.Layer, 0))
            {
                float[] last = [.. Enumerable.Range(0, model.Plain.Heads.QueryHeads).SelectMany(head => queries
                    .AsSpan((((head + 1) * prompt.Length) - 1) * model.Plain.Heads.HeadDim, model.Plain.Heads.HeadDim).ToArray())];
                double[] scores = Reference.GemFilter.Scores(
                    model.Plain.Heads, last, keys, restart.Choice(OptionRole.Pooling, restart.Scoring.Pooling),
                    restart.Option(OptionRole.PoolingKernel, restart.Scoring.PoolingKernel));
                chosen = [.. Reference.GemFilter.Keep(scores, TokenBudget.Constant(onward)).Select(row => prompt[row])];
            }
        }));
        return chosen;
    }

    /// <summary>Keeps what another pass has found out, and lets go on what that pass let go on.</summary>
    private sealed class Chosen(PlainPrompt again, PlainPrompt known) : IPlainSelector
    {
        public PlainChoice Choose(int layer, int[] positions, float[] queries, float[] keys)
            => again.Choose(layer, positions, queries, keys) with { Kept = known.Rows(layer) };
    }

    private sealed class Filter(Action<int, float[], float[]> look) : IPlainSelector
    {
        public PlainChoice Choose(int layer, int[] positions, float[] queries, float[] keys)
        {
            look(layer, queries, keys);
            return new PlainChoice(null, null);
        }
    }

    private sealed class Followed(Func<int, int, int[]> held) : IPlainRetrieval
    {
        public int[] Attended(int layer, int head, int[] positions, double[][] keys, ReadOnlySpan<double> queries)
        {
            HashSet<int> wanted = [.. held(layer, head)];
            return [.. Enumerable.Range(0, positions.Length).Where(index => wanted.Contains(positions[index]))];
        }
    }
}
