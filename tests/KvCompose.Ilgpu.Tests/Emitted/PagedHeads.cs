using System.Runtime.InteropServices;
using KvCompose.Cache;

namespace KvCompose.Ilgpu.Tests.Emitted;

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
        Tables.Upload(tokens, _pageIds);
        Targets = new DevicePageTables(device, layout, tokens.Length, Math.Max(1, spare));
        Targets.Upload(targets ?? new int[tokens.Length], _targetIds);
        TargetTokens = targets ?? [];
        Clear();
        int next = 0;
        for (int head = 0; head < tokens.Length; head++)
        {
            for (int page = 0; page < PagesOf(tokens[head]); page++)
            {
                Pages.Upload(_pageIds[next++], PageBytes(head, page));
            }
        }
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

    /// <summary>Position, key and value in slot <paramref name="slot"/> of a head's target pages.</summary>
    public (int Position, float[] Key, float[] Value) ReadTarget(int head, int slot)
    {
        int first = TargetTokens.Take(head).Sum(PagesOf);
        var bytes = new byte[Layout.PageBytes];
        Pages.Download(_targetIds[first + (slot / Layout.PageTokens)], bytes);
        float[] floats = MemoryMarshal.Cast<byte, float>(bytes).ToArray();
        int place = slot % Layout.PageTokens;
        return (
            MemoryMarshal.Cast<byte, int>(bytes)[PositionAt(place)],
            [.. Enumerable.Range(0, Layout.HeadDim).Select(i => floats[KeyAt(place, i)])],
            [.. Enumerable.Range(0, Layout.HeadDim).Select(i => floats[ValueAt(place, i)])]);
    }

    private int KeyAt(int slot, int dimension) => (slot / 16 * 16 * Layout.HeadDim) + (dimension * 16) + (slot % 16);

    private int ValueAt(int slot, int dimension) => (Layout.ValueOffset / sizeof(float)) + (slot * Layout.HeadDim) + dimension;

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

            MemoryMarshal.Cast<float, int>(floats)[PositionAt(slot)] = PositionOf(head, token);
        }

        return bytes;
    }
}
