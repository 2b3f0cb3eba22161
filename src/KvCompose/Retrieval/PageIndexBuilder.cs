using System.Runtime.Intrinsics;
using KvCompose.Memory;
using KvCompose.Threading;

namespace KvCompose.Retrieval;

/// <summary>
/// Builds indexes from prompts. Every stage runs over fixed pieces (32 tokens, one cell), so the pages do not depend on the number
/// of threads. Keeps its buffers between builds; one build at a time.
/// </summary>
public sealed unsafe class PageIndexBuilder : IDisposable
{
    private const int PageTokens = PageIndexSettings.PageTokens;
    private const int PairTokens = 2 * PageTokens;

    private readonly int _headDim;
    private readonly MemberRows _rows;
    private readonly MemberRows _means;
    private NativeFloats? _tiles;
    private NativeFloats? _norms;
    private NativeFloats? _products;
    private NativeFloats? _workerTiles;
    private int[] _cells = [];
    private int[] _members = [];
    private ulong[] _keys = [];
    private int[] _cellStarts = [];
    private int[] _cellPages = [];

    /// <summary>A builder for heads of this dimension.</summary>
    /// <param name="headDim">d.</param>
    public PageIndexBuilder(int headDim)
    {
        _headDim = headDim;
        _rows = new MemberRows(headDim);
        _means = new MemberRows(headDim);
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

        int tokens = source.Rows.Length;
        if (tokens == 0)
        {
            return;
        }

        Reserve(tokens, workers?.Count ?? 1);
        Pack(source, workers);
        SetBound(index, source);
        var edit = new PageEdit(index);
        try
        {
            FormCells(index, tokens, workers);
            edit.Begin();
            OpenPages(edit);
            Write(index, edit, source, workers);
            edit.Publish();
            index.Landmarks.Commit();
        }
        catch
        {
            edit.Undo();
            index.Landmarks.Undo();
            throw;
        }
    }

    /// <summary>Frees the buffers.</summary>
    public void Dispose()
    {
        _rows.Dispose();
        _means.Dispose();
        _tiles?.Dispose();
        _norms?.Dispose();
        _products?.Dispose();
        _workerTiles?.Dispose();
    }

    private static int Pairs(int tokens) => (tokens + PairTokens - 1) / PairTokens;

    private void Reserve(int tokens, int workers)
    {
        int padded = Pairs(tokens) * PairTokens;
        _rows.Reserve(padded);
        _tiles = NativeFloats.AtLeast(_tiles, (long)padded * _headDim);
        _norms = NativeFloats.AtLeast(_norms, padded);
        _products = NativeFloats.AtLeast(_products, padded);
        _workerTiles = NativeFloats.AtLeast(_workerTiles, (long)workers * PageTokens * _headDim);
        if (_members.Length < padded)
        {
            _cells = GC.AllocateUninitializedArray<int>(padded, pinned: true);
            _members = GC.AllocateUninitializedArray<int>(padded);
            _keys = GC.AllocateUninitializedArray<ulong>(padded);
        }
    }

    private void Pack(in KeySource source, WorkerPool? workers)
    {
        fixed (int* rows = source.Rows)
        {
            var work = new PackWork { Builder = this, KeyTiles = source.KeyTiles, Rows = rows, Tokens = source.Rows.Length };
            Run(ref work, Pairs(source.Rows.Length), workers);
        }
    }

    private void SetBound(PageIndex index, in KeySource source)
    {
        float largest = 0;
        float* norms = _norms!.Pointer;
        for (int token = 0; token < source.Rows.Length; token++)
        {
            if (!float.IsFinite(norms[token]))
            {
                throw PageIndex.NotFinite(_rows[token], _headDim, source.Positions[source.Rows[token]]);
            }

            largest = MathF.Max(largest, norms[token]);
        }

        // M may not overflow where the reserve on top of a large norm would.
        index.Bound = MathF.Min(largest * index.Settings.NormReserve, float.MaxValue);
    }

    // Cells as ranges of _members: [_cellStarts[c], _cellStarts[c + 1]).
    private void FormCells(PageIndex index, int tokens, WorkerPool? workers)
    {
        if (index.Settings.Formation == PageFormation.Contiguous)
        {
            int cellTokens = PageIndex.ContiguousCellPages * PageTokens;
            _cellStarts = [.. Enumerable.Range(0, ((tokens + cellTokens - 1) / cellTokens) + 1).Select(cell => Math.Min(cell * cellTokens, tokens))];
            for (int token = 0; token < tokens; token++)
            {
                _members[token] = token;
            }

            return;
        }

        float* norms = _norms!.Pointer;
        for (int token = 0; token < Pairs(tokens) * PairTokens; token++)
        {
            // From here on the norms are lifts.
            norms[token] = MemberRows.Lift(index.Bound, norms[token]);
            _rows.SetLift(token, norms[token]);
            if (token < tokens && index.Landmarks.Takes(token))
            {
                index.Landmarks.Add(_rows[token], norms[token]);
            }
        }

        var parents = new ParentWork { Builder = this, Landmarks = index.Landmarks };
        Run(ref parents, Pairs(tokens), workers);
        for (int step = 0; step < index.Settings.Refinements; step++)
        {
            Recentre(index, tokens);
            Run(ref parents, Pairs(tokens), workers);
        }

        SortByCell(index, tokens);
        var split = new SplitWork { Builder = this };
        Run(ref split, _cellStarts.Length - 1, workers);
    }

    // Moves every landmark to the mean of its cell. A cell that is empty keeps its landmark.
    private void Recentre(PageIndex index, int tokens)
    {
        Landmarks landmarks = index.Landmarks;
        var counts = new int[landmarks.Count];
        _means.Reserve(landmarks.Count);
        new Span<float>(_means[0], landmarks.Count * _means.Width).Clear();
        for (int token = 0; token < tokens; token++)
        {
            counts[_cells[token]]++;
            KeyMath.Add(_means[_cells[token]], _rows[token], 1, _rows.Width);
        }

        for (int cell = 0; cell < counts.Length; cell++)
        {
            if (counts[cell] > 0)
            {
                landmarks.Move(cell, _means[cell], index.Bound);
            }
        }
    }

    private void SortByCell(PageIndex index, int tokens)
    {
        _cellStarts = new int[index.Landmarks.Count + 1];
        for (int token = 0; token < tokens; token++)
        {
            _cellStarts[_cells[token] + 1]++;
        }

        for (int cell = 1; cell < _cellStarts.Length; cell++)
        {
            _cellStarts[cell] += _cellStarts[cell - 1];
        }

        int[] next = [.. _cellStarts];
        for (int token = 0; token < tokens; token++)
        {
            _members[next[_cells[token]]++] = token;
        }
    }

    private void OpenPages(PageEdit edit)
    {
        _cellPages = new int[_cellStarts.Length];
        for (int cell = 0; cell < _cellStarts.Length - 1; cell++)
        {
            edit.AddCell();
            edit.Pages.CellFormed[cell] = _cellStarts[cell + 1] - _cellStarts[cell];
            _cellPages[cell] = edit.Pages.Ids;
            for (int first = _cellStarts[cell]; first < _cellStarts[cell + 1]; first += PageTokens)
            {
                int page = edit.Open(cell);
                edit.Pages.Counts[page] = (byte)Math.Min(PageTokens, _cellStarts[cell + 1] - first);
                edit.Pages.Tokens += edit.Pages.Counts[page];
            }
        }
    }

    private void Write(PageIndex index, PageEdit edit, in KeySource source, WorkerPool? workers)
    {
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
            Run(ref work, _cellStarts.Length - 1, workers);
        }
    }

    private static void Run<TWork>(ref TWork work, int items, WorkerPool? workers)
        where TWork : struct, IParallelWork
    {
        if (workers is not null)
        {
            workers.Run(ref work, items);
            return;
        }

        for (int item = 0; item < items; item++)
        {
            work.Run(item, 0);
        }
    }

    /// <summary>Gathers two tiles of 16 keys, as tiles and as rows, with their squared norms.</summary>
    private struct PackWork : IParallelWork
    {
        public PageIndexBuilder Builder;
        public float* KeyTiles;
        public int* Rows;
        public int Tokens;

        public readonly void Run(int item, int worker)
        {
            int headDim = Builder._headDim;
            for (int first = item * PairTokens; first < (item + 1) * PairTokens; first += PageTokens)
            {
                float* tile = Builder._tiles!.Pointer + ((nint)first * headDim);
                new Span<float>(tile, PageTokens * headDim).Clear();
                for (int slot = 0; slot < PageTokens && first + slot < Tokens; slot++)
                {
                    int row = Rows[first + slot];
                    float* member = Builder._rows[first + slot];
                    KeyMath.Gather(KeyTiles + ((nint)(row / PageTokens) * PageTokens * headDim), row % PageTokens, headDim, member);
                    KeyMath.Scatter(member, headDim, tile, slot);
                }

                KeyMath.SquaredNorms(tile, headDim).Store(Builder._norms!.Pointer + first);
            }
        }
    }

    /// <summary>The exact nearest landmark of 32 tokens.</summary>
    private struct ParentWork : IParallelWork
    {
        public PageIndexBuilder Builder;
        public Landmarks Landmarks;

        public readonly void Run(int item, int worker)
        {
            int first = item * PairTokens;
            fixed (int* cells = Builder._cells)
            {
                Landmarks.Nearest(
                    Builder._tiles!.Pointer + ((nint)first * Builder._headDim),
                    Builder._norms!.Pointer + first,
                    cells + first,
                    Builder._products!.Pointer + first);
            }
        }
    }

    /// <summary>Orders the members of a cell by page.</summary>
    private struct SplitWork : IParallelWork
    {
        public PageIndexBuilder Builder;

        public readonly void Run(int item, int worker)
        {
            int first = Builder._cellStarts[item], count = Builder._cellStarts[item + 1] - first;
            MainDirection.FormPages(Builder._rows, Builder._members.AsSpan(first, count), Builder._keys.AsSpan(first, count));
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
            int page = Builder._cellPages[item];
            for (int first = Builder._cellStarts[item]; first < Builder._cellStarts[item + 1]; first += PageTokens, page++)
            {
                byte* block = Edit.Block(page);
                int count = Edit.Pages.Counts[page];
                new Span<float>(tile, PageTokens * headDim).Clear();
                for (int slot = 0; slot < count; slot++)
                {
                    int member = Builder._members[first + slot], row = Rows[member];
                    KeyMath.Scatter(Builder._rows[member], headDim, tile, slot);
                    Index.Layout.WriteValue(block, slot, Values + ((nint)row * ValueStride));
                    Index.Layout.PositionsOf(block)[slot] = Positions[row];
                }

                Index.Layout.WriteKeys(block, tile);
                Index.ComputeDigest(block, count, Edit.Digest(page), tile);
            }
        }
    }
}
