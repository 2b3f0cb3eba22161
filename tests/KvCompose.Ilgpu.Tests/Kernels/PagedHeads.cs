using System.Runtime.InteropServices;
using KvCompose.Cache;

namespace KvCompose.Ilgpu.Tests.Kernels;

/// <summary>Random keys and values of several heads, and the same in device pages scattered over a pool.</summary>
internal sealed class PagedHeads : IDisposable
{
    public const int HeadDim = 64;
    public static readonly PageLayout Layout = new(HeadDim, pageTokens: 32, elementBits: 32);

    private readonly int[] _pageIds;

    public PagedHeads(DeviceContext device, int[] tokens, Random random, int sparePages = 0)
    {
        Tokens = tokens;
        int pages = tokens.Sum(PagesOf);
        Keys = [.. tokens.Select(count => Uniform(random, count * HeadDim))];
        Values = [.. tokens.Select(count => Uniform(random, count * HeadDim))];
        _pageIds = [.. Enumerable.Range(0, pages + sparePages)];
        random.Shuffle(_pageIds);
        Pages = new DevicePages(device, Layout, pages + sparePages);
        Tables = new DevicePageTables(device, Layout, tokens.Length, Math.Max(1, pages));
        Tables.Upload(tokens, _pageIds.AsSpan(0, pages));
        int next = 0;
        for (int head = 0; head < tokens.Length; head++)
        {
            for (int page = 0; page < PagesOf(tokens[head]); page++)
            {
                Pages.Upload(_pageIds[next++], PageBytes(head, page));
            }
        }
    }

    public int[] Tokens { get; }

    public float[][] Keys { get; }

    public float[][] Values { get; }

    public DevicePages Pages { get; }

    public DevicePageTables Tables { get; }

    /// <summary>Page ids that no head uses.</summary>
    public int[] SparePageIds => _pageIds[Tokens.Sum(PagesOf)..];

    public static int PagesOf(int tokens) => (tokens + Layout.PageTokens - 1) / Layout.PageTokens;

    public static int PositionOf(int head, int token) => (head * 100_000) + (3 * token);

    public static float[] Uniform(Random random, int length)
        => [.. Enumerable.Range(0, length).Select(_ => (float)((random.NextDouble() * 4) - 2))];

    public static int KeyAt(int slot, int dimension) => (slot / 16 * 16 * HeadDim) + (dimension * 16) + (slot % 16);

    public static int ValueAt(int slot, int dimension) => (Layout.ValueOffset / sizeof(float)) + (slot * HeadDim) + dimension;

    public static int PositionAt(int slot) => (Layout.PositionOffset / sizeof(float)) + slot;

    public void Dispose()
    {
        Pages.Dispose();
        Tables.Dispose();
    }

    /// <summary>A page as the host keeps it; unused slots hold NaN, so that nobody can use them unnoticed.</summary>
    private byte[] PageBytes(int head, int page)
    {
        var bytes = new byte[Layout.PageBytes];
        Span<float> floats = MemoryMarshal.Cast<byte, float>(bytes.AsSpan());
        floats.Fill(float.NaN);
        for (int slot = 0; slot < Layout.PageTokens; slot++)
        {
            int token = (page * Layout.PageTokens) + slot;
            for (int i = 0; i < HeadDim && token < Tokens[head]; i++)
            {
                floats[KeyAt(slot, i)] = Keys[head][(token * HeadDim) + i];
                floats[ValueAt(slot, i)] = Values[head][(token * HeadDim) + i];
            }

            MemoryMarshal.Cast<float, int>(floats)[PositionAt(slot)] = PositionOf(head, token);
        }

        return bytes;
    }
}
