using System.ComponentModel;
using KvCompose.Memory;
using KvCompose.Threading;

namespace KvCompose.Residency.Pages;

/// <summary>
/// Builds indexes from prompts. Every stage runs over fixed pieces (32 tokens, one cell), so the pages do not depend on the number
/// of threads. Keeps its buffers between builds; one build at a time.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed unsafe class PageIndexBuilder : IDisposable
{
    private const int PageTokens = PageIndexSettings.PageTokens;

    private readonly int _headDim;
    private readonly PromptKeys _keys;
    private readonly ClusterFormation _formation;
    private NativeFloats? _workerTiles;
    private int[] _firstPages = []; // by cell

    /// <summary>A builder for heads of this dimension.</summary>
    /// <param name="headDim">d.</param>
    public PageIndexBuilder(int headDim)
    {
        _headDim = headDim;
        _keys = new PromptKeys(headDim);
        _formation = new ClusterFormation(headDim);
    }

    /// <summary>Fills an empty index with the rows of a source.</summary>
    /// <param name="index">The index.</param>
    /// <param name="source">Keys and values; they are copied.</param>
    /// <param name="workers">Threads that help; none inside of work of a pool.</param>
    /// <exception cref="InvalidOperationException">The index holds tokens already.</exception>
    /// <exception cref="ArgumentException">The index has another head dimension.</exception>
    /// <exception cref="NonFiniteKeyException">A key is not finite.</exception>
    /// <exception cref="HostTierFullException">The pages do not fit into the limit.</exception>
    public void Build(PageIndex index, in KeySource source, WorkerPool? workers = null)
    {
        if (index.HeadDim != _headDim)
        {
            throw new ArgumentException($"an index of head dimension {index.HeadDim} for a builder of {_headDim}", nameof(index));
        }

        if (index.Tokens > 0)
        {
            throw new InvalidOperationException($"the index holds {index.Tokens} tokens; a build begins with an empty one");
        }

        if (source.Rows.IsEmpty)
        {
            return;
        }

        // M may not overflow where the reserve on top of a large norm would.
        index.Bound = MathF.Min(_keys.Pack(source, workers) * index.Settings.NormReserve, float.MaxValue);
        var edit = new PageEdit(index);
        try
        {
            _formation.Form(index, _keys, workers);
            edit.Begin();
            OpenPages(edit);
            Write(index, edit, source, workers);
            edit.Publish();
            index.ClusterCentroids.Commit();
        }
        catch
        {
            edit.Undo();
            index.ClusterCentroids.Undo();
            throw;
        }
    }

    /// <summary>Frees the buffers.</summary>
    public void Dispose()
    {
        _keys.Dispose();
        _formation.Dispose();
        _workerTiles?.Dispose();
    }

    private void OpenPages(PageEdit edit)
    {
        _firstPages = new int[_formation.Cells];
        for (int cell = 0; cell < _firstPages.Length; cell++)
        {
            int tokens = _formation.Members(cell).Length;
            edit.AddCell(tokens);
            _firstPages[cell] = edit.Pages.Ids;
            for (int first = 0; first < tokens; first += PageTokens)
            {
                int page = edit.Open(cell);
                edit.Pages.SetCount(page, Math.Min(PageTokens, tokens - first));
            }
        }
    }

    private void Write(PageIndex index, PageEdit edit, in KeySource source, WorkerPool? workers)
    {
        _workerTiles = NativeFloats.AtLeast(_workerTiles, (long)(workers?.Count ?? 1) * PageTokens * _headDim);
        fixed (int* rows = source.Rows, positions = source.Positions)
        {
            var work = new WriteWork
            {
                Builder = this,
                Index = index,
                Edit = edit,
                Rows = rows,
                Positions = positions,
                Values = source.Values,
                ValueStride = source.ValueStride,
            };
            WorkerPoolExtensions.Run(ref work, _formation.Cells, workers);
        }
    }

    /// <summary>Writes the pages of a cell and their digests.</summary>
    private struct WriteWork : IParallelWork
    {
        public PageIndexBuilder Builder;
        public PageIndex Index;
        public PageEdit Edit;
        public int* Rows;
        public int* Positions;
        public float* Values;
        public int ValueStride;

        public readonly void Run(int item, int worker)
        {
            int headDim = Builder._headDim;
            float* tile = Builder._workerTiles!.Pointer + ((nint)worker * PageTokens * headDim);
            ReadOnlySpan<int> members = Builder._formation.Members(item);
            int page = Builder._firstPages[item];
            for (int first = 0; first < members.Length; first += PageTokens, page++)
            {
                byte* block = Edit.Block(page);
                int count = Edit.Pages.Counts[page];
                new Span<float>(tile, PageTokens * headDim).Clear();
                for (int slot = 0; slot < count; slot++)
                {
                    int member = members[first + slot], row = Rows[member];
                    KeyKernels.Scatter(Builder._keys.Rows[member], headDim, tile, slot);
                    Index.Layout.WriteValue(block, slot, Values + ((nint)row * ValueStride));
                    Index.Layout.PositionsOf(block)[slot] = Positions[row];
                }

                Index.Layout.WriteKeys(block, tile);
                Index.ComputeDigest(block, count, Edit.Digest(page), tile);
            }
        }
    }
}
