namespace KvCompose.Models.Tokenizers.Models;

/// <summary>
/// The symbols of a piece, linked so that joining two takes constant time. Short pieces are searched for the best pair; long
/// ones keep their pairs in a heap, so that a piece of a megabyte takes near-linear time. One chain per thread is reused.
/// </summary>
internal sealed class SymbolChain
{
    private const int ShortPiece = 48;

    [ThreadStatic]
    private static SymbolChain? s_own;

    private Symbol[] _symbols = new Symbol[64];
    private int _count;

    /// <summary>The first symbol, or −1.</summary>
    public int First => _count == 0 ? -1 : 0;

    public static SymbolChain Rent(int capacity)
    {
        SymbolChain chain = s_own ??= new SymbolChain();
        chain._count = 0;
        if (chain._symbols.Length < capacity || (chain._symbols.Length > 1 << 16 && capacity < 1 << 12))
        {
            chain._symbols = new Symbol[Math.Max(64, capacity)];
        }

        return chain;
    }

    public void Add(int id, int bytes)
    {
        if (_count == _symbols.Length)
        {
            Array.Resize(ref _symbols, 2 * _count);
        }

        if (_count > 0)
        {
            _symbols[_count - 1].Next = _count;
        }

        _symbols[_count] = new Symbol { Id = id, Bytes = bytes, Previous = _count - 1, Next = -1 };
        _count++;
    }

    public int Next(int symbol) => _symbols[symbol].Next;

    public int Id(int symbol) => _symbols[symbol].Id;

    public int Bytes(int symbol) => _symbols[symbol].Bytes;

    /// <summary>Joins the pair of lowest rank, leftmost first, until none is left.</summary>
    public void Merge(MergeTable merges, CancellationToken cancellation)
    {
        for (int i = 0; i < _count; i++)
        {
            Rate(i, merges);
        }

        if (_count <= ShortPiece)
        {
            MergeShort(merges);
        }
        else
        {
            MergeLong(merges, cancellation);
        }
    }

    private void Rate(int left, MergeTable merges)
    {
        ref Symbol symbol = ref _symbols[left];
        (symbol.Rank, symbol.Joined) = symbol.Next < 0 ? (int.MaxValue, -1) : merges.Find(symbol.Id, _symbols[symbol.Next].Id);
    }

    private void MergeShort(MergeTable merges)
    {
        while (true)
        {
            int best = -1, rank = int.MaxValue;
            for (int i = First; i >= 0; i = _symbols[i].Next)
            {
                if (_symbols[i].Rank < rank)
                {
                    (best, rank) = (i, _symbols[i].Rank);
                }
            }

            if (best < 0)
            {
                return;
            }

            Join(best, merges);
        }
    }

    private void MergeLong(MergeTable merges, CancellationToken cancellation)
    {
        var waiting = new PriorityQueue<int, (int Rank, int Position)>(_count);
        for (int i = 0; i < _count; i++)
        {
            Propose(i, waiting);
        }

        int done = 0;
        while (waiting.TryDequeue(out int left, out (int Rank, int Position) key))
        {
            if ((++done & 0xFFF) == 0)
            {
                cancellation.ThrowIfCancellationRequested();
            }

            if (_symbols[left].Bytes == 0 || _symbols[left].Rank != key.Rank)
            {
                continue; // One of the two has been joined with another neighbour since.
            }

            Join(left, merges);
            Propose(left, waiting);
            if (_symbols[left].Previous >= 0)
            {
                Propose(_symbols[left].Previous, waiting);
            }
        }
    }

    private void Propose(int left, PriorityQueue<int, (int Rank, int Position)> waiting)
    {
        if (_symbols[left].Rank != int.MaxValue)
        {
            waiting.Enqueue(left, (_symbols[left].Rank, left));
        }
    }

    private void Join(int left, MergeTable merges)
    {
        ref Symbol symbol = ref _symbols[left];
        ref Symbol right = ref _symbols[symbol.Next];
        symbol.Id = symbol.Joined;
        symbol.Bytes += right.Bytes;
        symbol.Next = right.Next;
        right.Bytes = 0;
        right.Rank = int.MaxValue;
        if (symbol.Next >= 0)
        {
            _symbols[symbol.Next].Previous = left;
        }

        Rate(left, merges);
        if (symbol.Previous >= 0)
        {
            Rate(symbol.Previous, merges);
        }
    }

    private struct Symbol
    {
        public int Id;
        public int Bytes;
        public int Previous;
        public int Next;
        public int Rank;
        public int Joined;
    }
}
