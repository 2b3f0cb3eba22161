extern alias simulator;

using simulator::ILGPU;
using simulator::ILGPU.Runtime;
using KvCompose.Cache;
using simulator::KvCompose.Ilgpu;

namespace KvCompose.DeviceTests.Emitted;

/// <summary>
/// Prompts of several lengths, each under one key-value head, through observe, score, select, gather and attend on the
/// device: the buffers of such a run, and what must hold after it.
/// </summary>
internal sealed class SelectionRun : IDisposable
{
    private readonly KernelFixture _fixture;
    private readonly MemoryBuffer1D<int, Stride1D.Dense> _indices;
    private readonly MemoryBuffer1D<int, Stride1D.Dense> _promptTokens;
    private readonly int _group;

    public SelectionRun(KernelFixture fixture, PageLayout layout, int group, int observedRows, int budget, params int[] tokens)
        : this(fixture, layout, group, observedRows, budget, new Random(layout.HeadDim + group), tokens)
    {
    }

    public SelectionRun(KernelFixture fixture, PageLayout layout, int group, int observedRows, int budget, Random random, params int[] tokens)
    {
        _fixture = fixture;
        _group = group;
        Stride = (tokens.Max() + 3) / 4 * 4;
        Kept = [.. tokens.Select(count => Math.Min(count, budget))];
        Heads = new PagedHeads(fixture.Device, layout, tokens, random, Kept);
        Rows = [.. tokens.Select(count => Math.Min(observedRows, count))];
        RowQueries = [.. Enumerable.Range(0, tokens.Length * group)
            .Select(pair => PagedHeads.Uniform(random, tokens[pair / group] * layout.HeadDim))];
        WindowQueries = [.. RowQueries.Select((rows, pair) => rows[^(Rows[pair / group] * layout.HeadDim)..])];
        Queries = fixture.Upload([.. WindowQueries.SelectMany(rows => rows.Concat(
            Enumerable.Repeat(float.NaN, (observedRows * layout.HeadDim) - rows.Length))).DefaultIfEmpty()]);
        AllQueries = fixture.Upload([.. RowQueries.SelectMany(rows => rows.Concat(
            Enumerable.Repeat(float.NaN, (Stride * layout.HeadDim) - rows.Length)))]);
        AllLogSumExp = fixture.Device.Allocate<float>(RowQueries.Length * Stride);
        LogSumExp = fixture.Device.Allocate<float>(Math.Max(1, WindowQueries.Length * observedRows));
        Scores = fixture.Device.Allocate<float>(tokens.Length * Stride);
        _indices = fixture.Device.Allocate<int>(tokens.Length * Stride);
        _promptTokens = fixture.Upload(tokens);
    }

    public DeviceContext Device => _fixture.Device;

    public PagedHeads Heads { get; }

    public int[] Kept { get; }

    public int Stride { get; }

    /// <summary>Observed rows of each head.</summary>
    public int[] Rows { get; }

    /// <summary>[heads · group], each [tokens][d].</summary>
    public float[][] RowQueries { get; }

    /// <summary>[heads · group], each [rows][d]: the last of <see cref="RowQueries"/>.</summary>
    public float[][] WindowQueries { get; }

    public MemoryBuffer1D<float, Stride1D.Dense> AllQueries { get; }

    public MemoryBuffer1D<float, Stride1D.Dense> AllLogSumExp { get; }

    public MemoryBuffer1D<float, Stride1D.Dense> Queries { get; }

    public MemoryBuffer1D<float, Stride1D.Dense> LogSumExp { get; }

    public MemoryBuffer1D<float, Stride1D.Dense> Scores { get; }

    public ArrayView<int> Indices => _indices.View;

    public ArrayView<int> PromptTokens => _promptTokens.View;

    /// <summary>A row of a statistic for every query head, or for every key-value head.</summary>
    public MemoryBuffer1D<float, Stride1D.Dense> Statistic(bool perQueryHead)
        => Device.Allocate<float>(Heads.Tokens.Length * Stride * (perQueryHead ? _group : 1));

    /// <summary>The window's queries of one head, [group][rows][d].</summary>
    public float[] QueriesOf(int head) => [.. WindowQueries[(head * _group)..((head + 1) * _group)].SelectMany(rows => rows)];

    /// <summary>The rows that each head kept must be these, and its target pages must hold them.</summary>
    public void Check(Func<int, int[]> expected)
    {
        Device.Synchronize();
        int[] indices = _indices.GetAsArray1D();
        int d = Heads.Layout.HeadDim;
        for (int head = 0; head < Kept.Length; head++)
        {
            int[] rows = indices[(head * Stride)..((head * Stride) + Kept[head])];
            Assert.Equal(expected(head), rows);
            for (int slot = 0; slot < rows.Length; slot++)
            {
                (int position, float[] key, float[] value) = Heads.ReadTarget(head, slot);
                Assert.Equal(PagedHeads.PositionOf(head, rows[slot]), position);
                Assert.Equal(Heads.Keys[head][(rows[slot] * d)..((rows[slot] + 1) * d)], key);
                Assert.Equal(Heads.Values[head][(rows[slot] * d)..((rows[slot] + 1) * d)], value);
            }
        }
    }

    public void Dispose()
    {
        Heads.Dispose();
        Queries.Dispose();
        AllQueries.Dispose();
        AllLogSumExp.Dispose();
        LogSumExp.Dispose();
        Scores.Dispose();
        _indices.Dispose();
        _promptTokens.Dispose();
    }
}
