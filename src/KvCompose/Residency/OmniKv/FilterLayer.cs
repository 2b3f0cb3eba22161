using KvCompose.Memory;
using KvCompose.Residency.HostCopies;

namespace KvCompose.Residency.OmniKv;

/// <summary>A filter layer of one sequence: its prompt, the latest queries where the selector looks at several, and the scores of a step.</summary>
internal sealed unsafe class FilterLayer(QueryWindow? window) : IDisposable
{
    private NativeFloats? _scores;
    private NativeFloats? _factors;

    /// <summary>Rows of the prompt, and which may be chosen at all.</summary>
    public PromptRange Range { get; private set; }

    /// <summary>The latest queries, or null where the step's alone count.</summary>
    public QueryWindow? Window => window;

    /// <summary>The layers that follow this one and left tokens out, in order.</summary>
    public List<FollowingLayer> Following { get; } = [];

    /// <summary>Scores of the step, [n rounded up to 16].</summary>
    public float* Scores => _scores!.Pointer;

    /// <summary>For <see cref="FilterScores"/>.</summary>
    public float* Factors => _factors!.Pointer;

    /// <summary>Where the row of the step is written: the window's newest, or the scores themselves.</summary>
    public float* Row { get; private set; }

    /// <summary>Begins a prompt.</summary>
    /// <param name="range">Its rows.</param>
    /// <param name="promptRows">Rows of its own queries that the window gets.</param>
    public void Begin(PromptRange range, int promptRows)
    {
        Range = range;
        _scores = NativeFloats.AtLeast(_scores, range.Tokens + 16);
        window?.Begin(range.Tokens, promptRows);
    }

    /// <summary>Begins a step.</summary>
    /// <param name="factors">Floats of <see cref="Factors"/>.</param>
    public void Step(int factors)
    {
        _factors = NativeFloats.AtLeast(_factors, factors);
        Row = window is null ? Scores : window.Advance();
    }

    /// <summary>Marks what the layers that follow want: each head as many tokens as it has places.</summary>
    public void Choose(MonitorScratch scratch)
    {
        HostKvCopy? before = null;
        foreach (FollowingLayer layer in Following)
        {
            foreach (HostKvCopy copy in layer.Gather.Copies)
            {
                if (before is not null && before.Slots.Capacity == copy.Slots.Capacity)
                {
                    before.Wanted.CopyTo(copy.Wanted, 0);
                }
                else
                {
                    Mark(copy, scratch);
                }

                before = copy;
            }
        }
    }

    /// <summary>Forgets the prompt.</summary>
    public void Clear()
    {
        Following.ForEach(static layer => layer.Gather.Dispose());
        Following.Clear();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Clear();
        window?.Dispose();
        _scores?.Dispose();
        _factors?.Dispose();
    }

    private void Mark(HostKvCopy copy, MonitorScratch scratch)
    {
        // The prompt's tokens in the window come before what is chosen by score; of too many the newest.
        int tail = Math.Clamp(window?.PromptQueries ?? 0, 0, copy.Slots.Capacity - Range.First);
        PromptRange range = Range with { Last = Math.Max(Range.First, Math.Min(Range.Last, Range.Tokens - tail)) };
        range.MarkBest(Scores, copy.Slots.Capacity - range.Protected, copy.Wanted, scratch.Choice);
        range.MarkProtected(copy.Wanted);
    }
}
