using KvCompose.Combinations.Catalogue;
using KvCompose.Reference;

namespace KvCompose.Combinations.Oracle;

/// <summary>
/// The prompt of one combination as the stages' contracts say it, without fusion: observe a layer, budget it, revise the budgets of layers that
/// are done, divide them among heads, choose, let go on.
/// </summary>
internal sealed class PlainPrompt : IPlainSelector
{
    private readonly Combination _combination;
    private readonly PlainModel _model;
    private readonly HeadLayout _heads;
    private readonly int _layers;
    private readonly int _promptTokens;
    private readonly StageChoice _selection;
    private readonly IPlainLayerBudget? _layerBudget;
    private readonly IPlainHeadRole? _headRole;
    private readonly IPlainPropagation? _propagation;
    private readonly int[] _layerBudgets;
    private readonly List<PlainLayer> _done = [];
    private double _propagatedShare = 1;

    public PlainPrompt(Combination combination, PlainModel model, int promptTokens)
    {
        (_combination, _model, _heads, _layers, _promptTokens) = (combination, model, model.Heads, model.Globals.Length, promptTokens);
        _selection = combination[StageSlot.TokenSelection]!;
        _layerBudget = PlainStages.LayerBudget(combination[StageSlot.LayerBudget]);
        _headRole = PlainStages.HeadRole(combination[StageSlot.HeadRole]);
        _propagation = combination[StageSlot.Propagation] is { TwoPass: false } stage ? PlainStages.Propagation(stage) : null;
        _layerBudgets = new int[_layers];
        Capacities = new int[_layers];
    }

    /// <summary>The layers so far.</summary>
    public IReadOnlyList<PlainLayer> Layers => _done;

    /// <summary>[layers]: what a layer budget lets a layer hold while decoding, where that is not its budget.</summary>
    public int[] Capacities { get; }

    private int Sinks => _selection.Option(OptionRole.Sinks, 0);

    private int Window => _selection.Option(OptionRole.Window, 0);

    /// <inheritdoc/>
    public PlainChoice Choose(int layer, int[] positions, float[] queries, float[] keys)
    {
        if (!_selection.Facts.Lossy)
        {
            return new PlainChoice(null, null);
        }

        _done.Add(new PlainLayer(positions, PlainObservation.Of(_selection, _model, positions, _promptTokens, queries, keys)));
        Budget(layer);
        int first = _combination[StageSlot.LayerBudget] is { Facts: LayerBudgetFactsAttribute { RevisesEarlierLayers: true } } ? 0 : layer;
        for (int revised = first; revised <= layer; revised++)
        {
            Divide(revised);
        }

        return new PlainChoice(null, Onward(layer));
    }

    /// <summary>[Hkv]: rows that a layer keeps, once all layers are in; by position where no head of any layer has lost a token.</summary>
    public int[][] Rows(int layer)
    {
        bool whole = _done.All(static done => done.Kept.All(kept => kept == done.Tokens));
        return
        [
            .. Enumerable.Range(0, _heads.KeyValueHeads).Select(head =>
                whole ? [.. Enumerable.Range(0, _done[layer].Tokens)] : _done[layer].Ranked(head, Sinks, Window)),
        ];
    }

    private void Budget(int layer)
    {
        if (_layerBudget is null)
        {
            _layerBudgets[layer] = _done[layer].Tokens;
            return;
        }

        bool open = _selection.Facts.Phases.HasFlag(StagePhases.Decode) && _selection.Option(OptionRole.DecodeEviction, true) && _headRole is null;
        _layerBudget.Allocate(
            new LayerBudgetContext
            {
                Layer = layer,
                Layers = _layers,
                PromptTokens = _promptTokens,
                Tokens = _done[layer].Tokens,
                PropagatedShare = _propagatedShare,
                ProtectedTokens = Sinks + Window,
                Statistics = [.. _done.Select(static done => done.Seen.Statistics)],
                Capacities = open ? Capacities : [],
            },
            _layerBudgets);
    }

    /// <summary>Divides a layer's budget among its heads; what a head keeps already never rises again.</summary>
    private void Divide(int layer)
    {
        PlainLayer done = _done[layer];
        int heads = _heads.KeyValueHeads;
        (done.Roles, done.Budgets) = (new HeadRole[heads], [.. Enumerable.Repeat(_layerBudgets[layer], heads)]);
        if (_headRole is not null)
        {
            float[] scores = [.. done.Seen.Scores.SelectMany(head => head.Concat(new double[done.Tokens - head.Length])).Select(static score => (float)score)];
            _headRole.Assign(
                new HeadBudgetContext
                {
                    Layer = layer,
                    Layers = _layers,
                    PromptTokens = _promptTokens,
                    Tokens = done.Tokens,
                    LayerBudget = _layerBudgets[layer],
                    ProtectedTokens = Sinks + Window,
                    Sinks = Sinks,
                    PageTokens = 16,
                    Profile = SmallModel.Profile,
                    Scores = scores,
                    ScoreStride = done.Tokens,
                    HeadScores = [.. SmallModel.HeadScores.SelectMany(static row => row)],
                    ScoredHeads = heads,
                },
                done.Roles, done.Budgets);
        }

        int[] before = done.Kept;
        done.Kept =
        [
            .. Enumerable.Range(0, heads).Select(head => Math.Min(
                before.Length == 0 ? done.Tokens : before[head],
                KeepsAll(done.Roles[head]) ? done.Tokens : Kept(done.Budgets[head], done.Tokens))),
        ];
    }

    /// <summary>A full head keeps everything, unless a residency serves it.</summary>
    private bool KeepsAll(HeadRole role)
        => role == HeadRole.Pivot || (role == HeadRole.Full && ((_combination[StageSlot.Residency]?.Serves ?? HeadRoles.None) & HeadRoles.Full) == 0);

    private int Kept(int budget, int tokens) => Math.Clamp(budget, Math.Min(tokens, Math.Max(1, Sinks + Window)), tokens);

    private int[]? Onward(int layer)
    {
        PlainLayer done = _done[layer];
        var context = new PropagationContext
        {
            Layer = layer,
            Layers = _layers,
            PromptTokens = _promptTokens,
            Tokens = done.Tokens,
            Window = Window,
        };
        if (_propagation is null || _propagation.Count(in context) is var onward && (onward >= done.Tokens || onward < Math.Max(1, Sinks + Window)))
        {
            return null;
        }

        _propagatedShare *= _propagation.Share(in context, onward);
        double[] sums = GroupReduce.Apply(done.Seen.Scores, GroupReduction.Sum);
        return
        [
            .. Enumerable.Range(0, Sinks),
            .. Ranking.Top(sums.AsSpan(Sinks, done.Tokens - Sinks - Window), onward - Sinks - Window).Select(row => row + Sinks).Order(),
            .. Enumerable.Range(done.Tokens - Window, Window),
        ];
    }
}
