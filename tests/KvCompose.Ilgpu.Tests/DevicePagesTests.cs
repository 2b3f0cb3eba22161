using KvCompose.Cache;
using KvCompose.Ilgpu;

namespace KvCompose.DeviceTests;

public sealed class DevicePagesTests : IDisposable
{
    private static readonly PageLayout Layout = new(headDim: 16, pageTokens: 16, elementBits: 32);

    private readonly DeviceContext _device = DeviceContext.Open(preferProcessor: true);

    public void Dispose() => _device.Dispose();

    [Fact]
    public void Download_AfterUploads_ReturnsEveryPageItsBytes()
    {
        using var pages = new DevicePages(_device, Layout, capacity: 4);
        var random = new Random(1);
        var two = new byte[2 * Layout.PageBytes];
        var one = new byte[Layout.PageBytes];
        random.NextBytes(two);
        random.NextBytes(one);
        pages.Upload(2, two);
        pages.Upload(1, one);

        var read = new byte[3 * Layout.PageBytes];
        pages.Download(1, read);
        Assert.Equal([.. one, .. two], read);
        Assert.Equal(4L * Layout.PageBytes, pages.Bytes);
        Assert.Equal(pages.Bytes, pages.View.LengthInBytes);
    }

    [Theory]
    [InlineData(-1, 1, 0)]
    [InlineData(3, 2, 0)]
    [InlineData(0, 1, 4)]
    public void Upload_NotWholePagesInside_IsRefused(int page, int pages, int excess)
    {
        using var device = new DevicePages(_device, Layout, capacity: 4);
        var exception = Assert.Throws<ArgumentException>(() => device.Upload(page, new byte[(pages * Layout.PageBytes) + excess]));
        Assert.Contains($"from page {page} on", exception.Message);
    }

    [Fact]
    public void UploadTables_RaggedHeads_StandOneAfterAnother()
    {
        using var tables = new DevicePageTables(_device, Layout, heads: 3, capacity: 8);
        tables.Upload([17, 0, 16], [5, 1, 7]);
        (int[] tokens, int[] pages) = tables.Download();
        Assert.Equal([17, 0, 16], tokens);
        Assert.Equal([5, 1, 7], pages);
    }

    [Theory]
    [InlineData(new[] { 17, 0 }, new[] { 0, 1 }, "2 token counts for 3 heads")]
    [InlineData(new[] { 17, 0, 1 }, new[] { 0, 1 }, "2 page ids where the token counts need 3")]
    [InlineData(new[] { 1, -1, 1 }, new[] { 0, 1 }, "head 1 has -1 tokens")]
    [InlineData(new[] { 64, 64, 16 }, new[] { 0, 1, 2, 3, 4, 5, 6, 7, 8 }, "8 have room")]
    public void UploadTables_NumbersThatDoNotFit_AreRefused(int[] tokens, int[] pages, string message)
    {
        using var tables = new DevicePageTables(_device, Layout, heads: 3, capacity: 8);
        Assert.Contains(message, Assert.Throws<ArgumentException>(() => tables.Upload(tokens, pages)).Message);
    }
}
