using KvCompose.Memory;
using KvCompose.Threading;

namespace KvCompose.Residency.Pages;

/// <summary>
/// Divides the tokens of a prompt among cells, and orders those of a cell so that every 16 that follow each other make a page. Clustered: landmarks, exact
/// nearest landmark, landmarks moved to the means of their cells, halves along main directions. Keeps its buffers between prompts.
/// </summary>
internal sealed unsafe class ClusterFormation(int headDim) : IDisposable
{
    private const int PageTokens = PageIndexSettings.PageTokens;

    private readonly AugmentedKeyRows _means = new(headDim);
    private NativeFloats? _products;
    private int[] _cells = [];
    private int[] _members = [];
    private MainDirection[] _directions = []; // one a thread
    private int[] _starts = [];

    /// <summary>Cells.</summary>
    public int Cells => _starts.Length - 1;

    /// <summary>Tokens of a cell, in the order of its pages.</summary>
    public ReadOnlySpan<int> Members(int cell) => _members.AsSpan(_starts[cell], _starts[cell + 1] - _starts[cell]);

    /// <summary>Forms the cells.</summary>
    /// <param name="index">Says how, and receives the landmarks; M is set.</param>
    /// <param name="keys">The keys.</param>
    /// <param name="workers">Threads that help.</param>
    public void Form(PageIndex index, PromptKeys keys, WorkerPool? workers)
    {
        if (_members.Length < keys.Padded)
        {
            _cells = GC.AllocateUninitializedArray<int>(keys.Padded, pinned: true);
            _members = GC.AllocateUninitializedArray<int>(keys.Padded);
        }

        if (index.Settings.Formation == PageFormation.Contiguous)
        {
            FormRuns(keys.Tokens);
            return;
        }

        keys.Lift(index.Bound);
        for (int token = 0; token < keys.Tokens; token++)
        {
            if (index.ClusterCentroids.Takes(token))
            {
                index.ClusterCentroids.Add(keys.Rows[token], keys.Lifts[token]);
            }
        }

        _products = NativeFloats.AtLeast(_products, keys.Padded);
        var parents = new ParentWork { Formation = this, Keys = keys, HeadDim = headDim, ClusterCentroids = index.ClusterCentroids };
        WorkerPoolExtensions.Run(ref parents, keys.Pairs, workers);
        for (int step = 0; step < index.Settings.Refinements; step++)
        {
            Recentre(index, keys);
            WorkerPoolExtensions.Run(ref parents, keys.Pairs, workers);
        }

        SortByCell(index.ClusterCentroids.Count, keys.Tokens);
        if (_directions.Length < (workers?.Count ?? 1))
        {
            _directions = [.. Enumerable.Range(0, workers?.Count ?? 1).Select(static _ => new MainDirection())];
        }

        var split = new SplitWork { Formation = this, Rows = keys.Rows };
        WorkerPoolExtensions.Run(ref split, Cells, workers);
    }

    public void Dispose()
    {
        _means.Dispose();
        _products?.Dispose();
    }

    // Cells of tokens that follow each other.
    private void FormRuns(int tokens)
    {
        const int cellTokens = PageIndex.ContiguousCellPages * PageTokens;
        _starts = [.. Enumerable.Range(0, ((tokens + cellTokens - 1) / cellTokens) + 1).Select(cell => Math.Min(cell * cellTokens, tokens))];
        for (int token = 0; token < tokens; token++)
        {
            _members[token] = token;
        }
    }

    // Moves every landmark to the mean of its cell. A cell that is empty keeps its landmark.
    private void Recentre(PageIndex index, PromptKeys keys)
    {
        ClusterCentroids landmarks = index.ClusterCentroids;
        var counts = new int[landmarks.Count];
        _means.Reserve(landmarks.Count);
        new Span<float>(_means[0], landmarks.Count * _means.Width).Clear();
        for (int token = 0; token < keys.Tokens; token++)
        {
            counts[_cells[token]]++;
            KeyKernels.Add(_means[_cells[token]], keys.Rows[token], 1, _means.Width);
        }

        for (int cell = 0; cell < counts.Length; cell++)
        {
            if (counts[cell] > 0)
            {
                landmarks.Move(cell, _means[cell], index.Bound);
            }
        }
    }

    private void SortByCell(int cells, int tokens)
    {
        _starts = new int[cells + 1];
        for (int token = 0; token < tokens; token++)
        {
            _starts[_cells[token] + 1]++;
        }

        for (int cell = 1; cell < _starts.Length; cell++)
        {
            _starts[cell] += _starts[cell - 1];
        }

        int[] next = [.. _starts];
        for (int token = 0; token < tokens; token++)
        {
            _members[next[_cells[token]]++] = token;
        }
    }

    /// <summary>The exact nearest landmark of 32 tokens.</summary>
    private struct ParentWork : IParallelWork
    {
        public ClusterFormation Formation;
        public PromptKeys Keys;
        public int HeadDim;
        public ClusterCentroids ClusterCentroids;

        public readonly void Run(int item, int worker)
        {
            int first = item * PromptKeys.PairTokens;
            fixed (int* cells = Formation._cells)
            {
                ClusterCentroids.Nearest(Keys.Tiles + ((nint)first * HeadDim), Keys.Lifts + first, cells + first, Formation._products!.Pointer + first);
            }
        }
    }

    /// <summary>Orders the members of a cell by page.</summary>
    private struct SplitWork : IParallelWork
    {
        public ClusterFormation Formation;
        public AugmentedKeyRows Rows;

        public readonly void Run(int item, int worker)
        {
            int first = Formation._starts[item], count = Formation._starts[item + 1] - first;
            Formation._directions[worker].FormPages(Rows, Formation._members.AsSpan(first, count));
        }
    }
}
