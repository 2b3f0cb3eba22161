using System.Runtime.Intrinsics;
using KvCompose.Memory;
using KvCompose.Threading;

namespace KvCompose.Residency.Pages;

/// <summary>The keys of a prompt that an index is built from: in tiles, as lifted rows, and their lifts. Keeps its buffers between prompts.</summary>
internal sealed unsafe class PromptKeys(int headDim) : IDisposable
{
    /// <summary>Tokens that are worked on at a time: two tiles.</summary>
    public const int PairTokens = 2 * PageTokens;

    private const int PageTokens = PageIndexSettings.PageTokens;

    private NativeFloats? _tiles;
    private NativeFloats? _norms;

    /// <summary>Keys by token, lifted once <see cref="Lift"/> was called.</summary>
    public AugmentedKeyRows Rows { get; } = new(headDim);

    /// <summary>Tokens.</summary>
    public int Tokens { get; private set; }

    /// <summary>Tokens with those that fill the last pair of tiles.</summary>
    public int Padded => Pairs * PairTokens;

    /// <summary>Pairs of tiles.</summary>
    public int Pairs => (Tokens + PairTokens - 1) / PairTokens;

    /// <summary>Keys in tiles, [<see cref="Padded"/>/16][d][16].</summary>
    public float* Tiles => _tiles!.Pointer;

    /// <summary>√(M − |k|²) by token, once <see cref="Lift"/> was called.</summary>
    public float* Lifts => _norms!.Pointer;

    /// <summary>Takes the rows of a source.</summary>
    /// <returns>The largest squared norm.</returns>
    /// <exception cref="NonFiniteKeyException">A key is not finite.</exception>
    public float Pack(in KeySource source, WorkerPool? workers)
    {
        Tokens = source.Rows.Length;
        Rows.Reserve(Padded);
        _tiles = NativeFloats.AtLeast(_tiles, (long)Padded * headDim);
        _norms = NativeFloats.AtLeast(_norms, Padded);
        fixed (int* rows = source.Rows)
        {
            var work = new PackWork { Keys = this, HeadDim = headDim, KeyTiles = source.KeyTiles, Source = rows };
            WorkerPoolExtensions.Run(ref work, Pairs, workers);
        }

        float largest = 0;
        for (int token = 0; token < Tokens; token++)
        {
            if (!float.IsFinite(_norms.Pointer[token]))
            {
                throw PageIndex.NotFinite(Rows[token], headDim, source.Positions[source.Rows[token]]);
            }

            largest = MathF.Max(largest, _norms.Pointer[token]);
        }

        return largest;
    }

    /// <summary>Lifts the keys to the norm √M.</summary>
    /// <param name="bound">M.</param>
    public void Lift(float bound)
    {
        for (int token = 0; token < Padded; token++)
        {
            Lifts[token] = AugmentedKeyRows.Lift(bound, _norms!.Pointer[token]);
            Rows.SetLift(token, Lifts[token]);
        }
    }

    public void Dispose()
    {
        Rows.Dispose();
        _tiles?.Dispose();
        _norms?.Dispose();
    }

    /// <summary>Gathers two tiles of 16 keys, as tiles and as rows, with their squared norms.</summary>
    private struct PackWork : IParallelWork
    {
        public PromptKeys Keys;
        public int HeadDim;
        public float* KeyTiles;
        public int* Source;

        public readonly void Run(int item, int worker)
        {
            for (int first = item * PairTokens; first < (item + 1) * PairTokens; first += PageTokens)
            {
                float* tile = Keys.Tiles + ((nint)first * HeadDim);
                new Span<float>(tile, PageTokens * HeadDim).Clear();
                for (int slot = 0; slot < PageTokens && first + slot < Keys.Tokens; slot++)
                {
                    int row = Source[first + slot];
                    float* member = Keys.Rows[first + slot];
                    KeyKernels.Gather(KeyTiles + ((nint)(row / PageTokens) * PageTokens * HeadDim), row % PageTokens, HeadDim, member);
                    KeyKernels.Scatter(member, HeadDim, tile, slot);
                }

                KeyKernels.SquaredNorms(tile, HeadDim).Store(Keys.Lifts + first);
            }
        }
    }
}
