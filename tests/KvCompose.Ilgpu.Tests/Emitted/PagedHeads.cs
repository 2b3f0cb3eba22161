extern alias simulator;

using System.Runtime.InteropServices;
using KvCompose.Cache;
using simulator::KvCompose.Ilgpu;

namespace KvCompose.DeviceTests.Emitted;

/// <summary>
/// Random keys and values of several key-value heads, the same in device pages scattered over a pool, and tables of as many
/// other heads that own pages of the same pool and hold nothing yet.
/// </summary>
internal sealed class PagedHeads : IDisposable
{
    private readonly int[] _pageIds;
    private readonly int[] _targetIds;

    public PagedHeads(DeviceContext device, PageLayout layout, int[] tokens, Random random, int[]? targets = null)
    {
        Layout = layout;
        Tokens = tokens;
        int pages = tokens.Sum(PagesOf), spare = targets?.Sum(PagesOf) ?? 0;
        Keys = [.. tokens.Select(count => Uniform(random, count * layout.HeadDim))];
        Values = [.. tokens.Select(count => Uniform(random, count * layout.HeadDim))];
        int[] ids = [.. Enumerable.Range(0, pages + spare)];
        random.Shuffle(ids);
        _pageIds = ids[..pages];
        _targetIds = ids[pages..];
        Pages = new DevicePages(device, layout, pages + spare);
        Tables = new DevicePageTables(device, layout, tokens.Length, Math.Max(1, pages));
        Targets = new DevicePageTables(device, layout, tokens.Length, Math.Max(1, spare));
        Targets.Upload(targets ?? new int[tokens.Length], _targetIds);
        TargetTokens = targets ?? [];
        Clear();
        Restore();
    }

    public PageLayout Layout { get; }

    public int[] Tokens { get; }

    public int[] TargetTokens { get; }

    /// <summary>[heads], each [tokens][d].</summary>
    public float[][] Keys { get; }

    /// <summary>[heads], each [tokens][d].</summary>
    public float[][] Values { get; }

    public DevicePages Pages { get; }

    public DevicePageTables Tables { get; }

    public DevicePageTables Targets { get; }

    /// <summary>Whether a token's position is its row, for stages that look at positions.</summary>
    public bool PlainPositions { get; init; }

    /// <summary>Tokens keep positions that are neither their row nor the same under all heads.</summary>
    public static int PositionOf(int head, int token) => (head * 100_000) + (3 * token);

    public static float[] Uniform(Random random, int length)
        => [.. Enumerable.Range(0, length).Select(_ => (float)((random.NextDouble() * 4) - 2))];

    public int PagesOf(int tokens) => (tokens + Layout.PageTokens - 1) / Layout.PageTokens;

    public void Dispose()
    {
        Pages.Dispose();
        Tables.Dispose();
        Targets.Dispose();
    }

    /// <summary>Gives the heads back all their tokens.</summary>
    public void Restore()
    {
        Tables.Upload(Tokens, _pageIds);
        int next = 0;
        for (int head = 0; head < Tokens.Length; head++)
        {
            for (int page = 0; page < PagesOf(Tokens[head]); page++)
            {
                Pages.Upload(_pageIds[next++], PageBytes(head, page));
            }
        }
    }

    /// <summary>Gives the target tables back the lengths they were made with.</summary>
    public void RestoreTargets() => Targets.Upload(TargetTokens, _targetIds);

    /// <summary>Fills the target pages with NaN, so that nobody can use what was not written.</summary>
    public void Clear()
    {
        var bytes = new byte[Layout.PageBytes];
        MemoryMarshal.Cast<byte, float>(bytes.AsSpan()).Fill(float.NaN);
        foreach (int page in _targetIds)
        {
            Pages.Upload(page, bytes);
        }
    }

    /// <summary>Writes the line of a head: a slot number a rank, in the word after the positions.</summary>
    public void SetLine(int head, int[] line) => SetWords(head, line, OrderAt(0));

    /// <summary>Writes what the tokens of a head have collected, in the last word of their state.</summary>
    public void SetCollected(int head, float[] collected) => SetWords(head, collected, CollectedAt(0));

    /// <summary>Says how many tokens of each of a head's pages are valid; what the others hold becomes NaN.</summary>
    public void SetCounts(int head, int[] counts)
    {
        var bytes = new byte[Layout.PageBytes];
        for (int page = 0; page < counts.Length; page++)
        {
            int id = SourcePage(head, page * Layout.PageTokens);
            Pages.Download(id, bytes);
            Span<float> floats = MemoryMarshal.Cast<byte, float>(bytes.AsSpan());
            for (int slot = counts[page]; slot < Layout.PageTokens; slot++)
            {
                for (int i = 0; i < Layout.HeadDim; i++)
                {
                    floats[KeyAt(slot, i)] = float.NaN;
                    floats[ValueAt(slot, i)] = float.NaN;
                }
            }

            MemoryMarshal.Cast<byte, int>(bytes.AsSpan())[CountAt] = counts[page];
            Pages.Upload(id, bytes);
        }
    }

    /// <summary>Lets the pages of all heads say how many of the prompt's tokens they hold: all are full but the last one.</summary>
    public void SetCounts()
    {
        for (int head = 0; head < Tokens.Length; head++)
        {
            int tokens = Tokens[head];
            SetCounts(head, [.. Enumerable.Range(0, PagesOf(tokens)).Select(page => Math.Min(Layout.PageTokens, tokens - (page * Layout.PageTokens)))]);
        }
    }

    /// <summary>How many tokens a head's own page says are valid.</summary>
    public int ReadCount(int head, int page) => ReadWord<int>(SourcePage(head, page * Layout.PageTokens), CountAt);

    /// <summary>How many tokens a head's target page says are valid.</summary>
    public int ReadTargetCount(int head, int page) => ReadWord<int>(TargetPage(head, page * Layout.PageTokens), CountAt);

    /// <summary>What the token in a slot of a head's own pages has collected.</summary>
    public float ReadCollected(int head, int slot) => ReadWord<float>(SourcePage(head, slot), CollectedAt(slot % Layout.PageTokens));

    /// <summary>What the token in a slot of a head's target pages has collected.</summary>
    public float ReadTargetCollected(int head, int slot) => ReadWord<float>(TargetPage(head, slot), CollectedAt(slot % Layout.PageTokens));

    /// <summary>The slot of a rank in a head's line.</summary>
    public int ReadLine(int head, int rank) => ReadWord<int>(SourcePage(head, rank), OrderAt(rank % Layout.PageTokens));

    /// <summary>Position, key and value in slot <paramref name="slot"/> of a head's own pages.</summary>
    public (int Position, float[] Key, float[] Value) ReadSource(int head, int slot) => Read(SourcePage(head, slot), slot);

    /// <summary>Position, key and value in slot <paramref name="slot"/> of a head's target pages.</summary>
    public (int Position, float[] Key, float[] Value) ReadTarget(int head, int slot)
        => Read(TargetPage(head, slot), slot);

    private int TargetPage(int head, int slot) => _targetIds[TargetTokens.Take(head).Sum(PagesOf) + (slot / Layout.PageTokens)];

    private void SetWords<T>(int head, T[] words, int at)
        where T : unmanaged
    {
        for (int page = 0; page < PagesOf(words.Length); page++)
        {
            var bytes = new byte[Layout.PageBytes];
            int id = SourcePage(head, page * Layout.PageTokens);
            Pages.Download(id, bytes);
            words.AsSpan(page * Layout.PageTokens, Math.Min(Layout.PageTokens, words.Length - (page * Layout.PageTokens)))
                .CopyTo(MemoryMarshal.Cast<byte, T>(bytes.AsSpan())[at..]);
            Pages.Upload(id, bytes);
        }
    }

    private T ReadWord<T>(int page, int at)
        where T : unmanaged
    {
        var bytes = new byte[Layout.PageBytes];
        Pages.Download(page, bytes);
        return MemoryMarshal.Cast<byte, T>(bytes)[at];
    }

    private int SourcePage(int head, int slot) => _pageIds[Tokens.Take(head).Sum(PagesOf) + (slot / Layout.PageTokens)];

    private (int Position, float[] Key, float[] Value) Read(int page, int slot)
    {
        var bytes = new byte[Layout.PageBytes];
        Pages.Download(page, bytes);
        float[] floats = MemoryMarshal.Cast<byte, float>(bytes).ToArray();
        int place = slot % Layout.PageTokens;
        return (
            MemoryMarshal.Cast<byte, int>(bytes)[PositionAt(place)],
            [.. Enumerable.Range(0, Layout.HeadDim).Select(i => floats[KeyAt(place, i)])],
            [.. Enumerable.Range(0, Layout.HeadDim).Select(i => floats[ValueAt(place, i)])]);
    }

    private int KeyAt(int slot, int dimension) => (slot / 16 * 16 * Layout.HeadDim) + (dimension * 16) + (slot % 16);

    private int ValueAt(int slot, int dimension) => (Layout.ValueOffset / sizeof(float)) + (slot * Layout.HeadDim) + dimension;

    private int OrderAt(int slot) => PositionAt(Layout.PageTokens) + slot;

    private int CollectedAt(int slot) => OrderAt((Layout.StateWords - 1) * Layout.PageTokens) + slot;

    private int CountAt => Layout.CountOffset / sizeof(float);

    private int PositionAt(int slot) => (Layout.PositionOffset / sizeof(float)) + slot;

    /// <summary>A page as the host keeps it; unused slots hold NaN.</summary>
    private byte[] PageBytes(int head, int page)
    {
        var bytes = new byte[Layout.PageBytes];
        Span<float> floats = MemoryMarshal.Cast<byte, float>(bytes.AsSpan());
        floats.Fill(float.NaN);
        for (int slot = 0; slot < Layout.PageTokens; slot++)
        {
            int token = (page * Layout.PageTokens) + slot;
            for (int i = 0; i < Layout.HeadDim && token < Tokens[head]; i++)
            {
                floats[KeyAt(slot, i)] = Keys[head][(token * Layout.HeadDim) + i];
                floats[ValueAt(slot, i)] = Values[head][(token * Layout.HeadDim) + i];
            }

            MemoryMarshal.Cast<float, int>(floats)[PositionAt(slot)] = PlainPositions ? token : PositionOf(head, token);
        }

        return bytes;
    }
}
