using KvCompose.Attention;
using KvCompose.Threading;

namespace KvCompose.Residency.OmniKv;

/// <summary>What the threads of a session do for a filter layer's choice, item by item.</summary>
public sealed unsafe partial class OmniKvTier
{
    /// <summary>A filter layer of the step.</summary>
    /// <param name="Filter">The layer.</param>
    /// <param name="Sequence">The sequence.</param>
    /// <param name="FirstHead">Where its heads begin in the step's.</param>
    private readonly record struct Step(FilterLayer Filter, int Sequence, int FirstHead);

    private struct ScaleWork : IParallelWork
    {
        public OmniKvTier Tier;
        public KvSplitPlan Items;

        public readonly void Run(int item, int worker)
        {
            Step step = Tier._steps[item];
            Tier._scores.Scale(Items, Items.Heads + step.FirstHead, step.Filter.Range.Tokens, step.Filter.Factors);
        }
    }

    private struct ScoreWork : IParallelWork
    {
        public OmniKvTier Tier;
        public KvSplitPlan Items;
        public int Splits;

        public readonly void Run(int item, int worker)
        {
            Step step = Tier._steps[item / Splits];
            FilterLayer filter = step.Filter;
            int split = item % Splits, first = split * Items.SplitTokens, count = Math.Min(Items.SplitTokens, filter.Range.Tokens - first);
            if (count > 0)
            {
                Tier._scores.Score(Items, Items.Heads + step.FirstHead, split, filter.Range.Tokens, filter.Factors, filter.Row + first);
                filter.Window?.Sum(first, count, filter.Scores);
            }
        }
    }

    private struct ChooseWork : IParallelWork
    {
        public OmniKvTier Tier;

        public readonly void Run(int item, int worker) => Tier._steps[item].Filter.Choose(Tier._store.Scratch(worker));
    }
}
