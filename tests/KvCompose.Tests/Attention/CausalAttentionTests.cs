using KvCompose.Attention;
using KvCompose.Memory;
using KvCompose.Threading;

namespace KvCompose.Tests.Attention;

public sealed unsafe class CausalAttentionTests
{
    public static TheoryData<int, int, int, int, int> Shapes()
    {
        var shapes = new TheoryData<int, int, int, int, int>
        {
            // tokens, query heads, key-value heads, head dimension, threads
            { 1, 1, 1, 16, 1 },
            { 2, 4, 2, 32, 2 },
            { 15, 3, 1, 48, 1 },
            { 16, 2, 2, 16, 2 },
            { 17, 4, 1, 80, 2 },
            { 128, 2, 1, 64, 2 },
            { 129, 5, 1, 32, 3 },
            { 333, 4, 2, 64, 2 },
            { 700, 2, 1, 32, 2 },
            { 200, 1, 1, 272, 2 },
            { 150, 13, 1, 128, 2 },
        };
        var random = new Random(20);
        for (int i = 0; i < 12; i++)
        {
            int heads = random.Next(1, 4);
            shapes.Add(random.Next(1, 420), heads * random.Next(1, 7), heads, 16 * random.Next(1, 9), random.Next(1, 4));
        }

        return shapes;
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Run_AnyShape_IsCausalSoftmaxAttention(int tokens, int queryHeads, int keyValueHeads, int d, int threads)
    {
        using var pool = new WorkerPool(threads);
        using var input = new Input(tokens, queryHeads, keyValueHeads, d, seed: tokens + d);
        using var attended = new NativeFloats((long)tokens * queryHeads * d);
        using var logSumExp = new NativeFloats((long)tokens * queryHeads);
        using var workspace = new AttentionWorkspace();

        input.Pack(pool);
        CausalAttention.Run(
            pool, workspace, input.Shape, input.Queries.Pointer, input.Tiles.Pointer, input.Values.Pointer, tokens,
            attended.Pointer, logSumExp.Pointer);

        for (int row = 0; row < tokens; row += row < 40 || row > tokens - 20 ? 1 : 7)
        {
            input.Check(row, attended.Pointer + ((long)row * queryHeads * d), logSumExp.Pointer + row, tokens);
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void RunRows_ChosenRows_GivesWhatTheyHaveAmongAll(int tokens, int queryHeads, int keyValueHeads, int d, int threads)
    {
        using var pool = new WorkerPool(threads);
        using var input = new Input(tokens, queryHeads, keyValueHeads, d, seed: 3 * tokens + d);
        var random = new Random(d);
        int[] rows = [.. Enumerable.Range(0, tokens).Where(row => row == tokens - 1 || random.Next(4) == 0)];
        using var attended = new NativeFloats((long)rows.Length * queryHeads * d);
        using var logSumExp = new NativeFloats((long)rows.Length * queryHeads);
        using var workspace = new AttentionWorkspace();

        input.Pack(pool);
        CausalAttention.RunRows(
            pool, workspace, input.Shape, input.Queries.Pointer, input.Tiles.Pointer, input.Values.Pointer, tokens, rows,
            attended.Pointer, logSumExp.Pointer);

        for (int i = 0; i < rows.Length; i++)
        {
            input.Check(rows[i], attended.Pointer + ((long)i * queryHeads * d), logSumExp.Pointer + i, rows.Length);
        }
    }

    [Fact]
    public void Run_IntoTheQueries_GivesTheSame()
    {
        using var pool = new WorkerPool(2);
        using var input = new Input(300, 6, 2, 32, seed: 9);
        using var attended = new NativeFloats(300 * 6 * 32);
        using var workspace = new AttentionWorkspace();
        input.Pack(pool);
        float* queries = input.Queries.Pointer, tiles = input.Tiles.Pointer, values = input.Values.Pointer;

        CausalAttention.Run(pool, workspace, input.Shape, queries, tiles, values, 300, attended.Pointer, null);
        CausalAttention.Run(pool, workspace, input.Shape, queries, tiles, values, 300, queries, null);

        Assert.True(new ReadOnlySpan<float>(attended.Pointer, 300 * 6 * 32).SequenceEqual(new ReadOnlySpan<float>(queries, 300 * 6 * 32)));
    }

    [Fact]
    public void Run_AnyNumberOfThreads_GivesTheSameBits()
    {
        using var input = new Input(500, 4, 2, 48, seed: 4);
        float[] Attend(int threads)
        {
            using var pool = new WorkerPool(threads);
            using var attended = new NativeFloats(500 * 4 * 48);
            using var workspace = new AttentionWorkspace();
            input.Pack(pool);
            CausalAttention.Run(
                pool, workspace, input.Shape, input.Queries.Pointer, input.Tiles.Pointer, input.Values.Pointer, 500, attended.Pointer, null);
            return new ReadOnlySpan<float>(attended.Pointer, 500 * 4 * 48).ToArray();
        }

        float[] one = Attend(1);
        Assert.Equal(one, Attend(2));
        Assert.Equal(one, Attend(5));
    }

    [Fact]
    public void Run_LargeLogits_StaysFinite()
    {
        using var pool = new WorkerPool(1);
        using var input = new Input(200, 2, 1, 32, seed: 5, scale: 40);
        using var attended = new NativeFloats(200 * 2 * 32);
        using var logSumExp = new NativeFloats(200 * 2);
        using var workspace = new AttentionWorkspace();
        input.Pack(pool);

        CausalAttention.Run(
            pool, workspace, input.Shape, input.Queries.Pointer, input.Tiles.Pointer, input.Values.Pointer, 200,
            attended.Pointer, logSumExp.Pointer);

        for (int row = 0; row < 200; row++)
        {
            input.Check(row, attended.Pointer + (row * 2 * 32), logSumExp.Pointer + row, 200, tolerance: 2e-3);
        }
    }

    [Fact]
    public void Run_Cancelled_Throws()
    {
        using var pool = new WorkerPool(2);
        using var input = new Input(64, 2, 1, 32, seed: 5);
        using var workspace = new AttentionWorkspace();

        Assert.Throws<OperationCanceledException>(() => CausalAttention.Run(
            pool, workspace, input.Shape, input.Queries.Pointer, input.Tiles.Pointer, input.Values.Pointer, 64,
            input.Queries.Pointer, null, new CancellationToken(canceled: true)));
    }

    [Theory]
    [InlineData(3, 2, 32)]
    [InlineData(4, 2, 24)]
    [InlineData(4, 0, 32)]
    [InlineData(1, 1, 1040)]
    public void Run_ImpossibleShape_Throws(int queryHeads, int keyValueHeads, int d)
    {
        using var pool = new WorkerPool(1);
        using var workspace = new AttentionWorkspace();

        Assert.Throws<ArgumentException>(() => CausalAttention.Run(
            pool, workspace, new AttentionShape(queryHeads, keyValueHeads, d), null, null, null, 1, null, null));
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 1)]
    [InlineData(-1, 3)]
    [InlineData(3, 8)]
    public void RunRows_RowsNotAscendingWithin_Throws(int first, int second)
    {
        using var pool = new WorkerPool(1);
        using var workspace = new AttentionWorkspace();

        Assert.Throws<ArgumentException>(() => CausalAttention.RunRows(
            pool, workspace, new AttentionShape(1, 1, 16), null, null, null, 8, [first, second], null, null));
    }

    private sealed class Input : IDisposable
    {
        private readonly float[] _queries;
        private readonly float[] _keys;
        private readonly float[] _values;
        private readonly int _tokens;

        public Input(int tokens, int queryHeads, int keyValueHeads, int d, int seed, float scale = 3)
        {
            var random = new Random(seed);
            float[] Numbers(int count, float range) => [.. Enumerable.Range(0, count).Select(_ => (random.NextSingle() - 0.5f) * range)];
            _tokens = tokens;
            Shape = new AttentionShape(queryHeads, keyValueHeads, d);
            _queries = Numbers(tokens * queryHeads * d, scale);
            _keys = Numbers(tokens * keyValueHeads * d, scale);
            _values = Numbers(tokens * keyValueHeads * d, 2);
            Queries = Copy(_queries);
            Values = Copy(_values);
            Tiles = new NativeFloats(KeyTiles.Floats(tokens, keyValueHeads, d));
        }

        public AttentionShape Shape { get; }

        public NativeFloats Queries { get; }

        public NativeFloats Values { get; }

        public NativeFloats Tiles { get; }

        public void Pack(WorkerPool pool)
        {
            fixed (float* keys = _keys)
            {
                KeyTiles.Pack(pool, keys, _tokens, Shape.KeyValueHeads, Shape.HeadDim, Tiles.Pointer);
            }
        }

        public void Check(int row, float* attended, float* logSumExp, int stride, double tolerance = 2e-5)
        {
            for (int head = 0; head < Shape.QueryHeads; head++)
            {
                (double[] output, double sum) = NaiveAttention.Query(
                    _queries, _keys, _values, Shape.QueryHeads, Shape.KeyValueHeads, Shape.HeadDim, row, head);
                Assert.Equal(sum, logSumExp[head * stride], tolerance * Math.Max(1, Math.Abs(sum)));
                for (int i = 0; i < Shape.HeadDim; i++)
                {
                    Assert.Equal(output[i], attended[(head * Shape.HeadDim) + i], tolerance);
                }
            }
        }

        public void Dispose()
        {
            Queries.Dispose();
            Values.Dispose();
            Tiles.Dispose();
        }

        private static NativeFloats Copy(float[] numbers)
        {
            var copy = new NativeFloats(numbers.Length);
            numbers.CopyTo(new Span<float>(copy.Pointer, numbers.Length));
            return copy;
        }
    }
}
