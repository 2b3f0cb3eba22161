using KvCompose.Conformance.Reading;
using KvCompose.Memory;
using KvCompose.Residency.PageFiles;
using KvCompose.Residency.Pages;
using KvCompose.Tests.Retrieval;

namespace KvCompose.Tests.Tiers.Disk;

public sealed class PageFileTests : IDisposable
{
    private const int HeadDim = 16;
    private const int Header = 4096;

    private static readonly PageOwner Owner = new(1, 2, 3);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory();

    private string FilePath => Path.Combine(_folder.FullName, "chat.kvpages");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData(HostPageFormat.Fp32, 1)]
    [InlineData(HostPageFormat.Fp16, 100_000)]
    [InlineData(HostPageFormat.Int8, 1)]
    public void Index_BeyondItsMemory_ChoosesAsInMemory(HostPageFormat format, long memory)
    {
        float[] keys = Keys(3000);
        using var file = new PageFile(FilePath, HeadDim, format);
        using var spilled = new IndexCase(keys, HeadDim, 2000, format: format, memory: new HostMemory(memory), file: file, owner: Owner);
        using var inMemory = new IndexCase(keys, HeadDim, 2000, format: format);
        Assert.Equal(inMemory.Pages(), spilled.Pages());
        Assert.Equal(inMemory.Choose(keys[..HeadDim], 128).Pages, spilled.Choose(keys[..HeadDim], 128).Pages);
        Assert.InRange(file.LengthBytes, Header + 1, long.MaxValue);
        using PageReader reader = spilled.Index.Read();
        foreach (int page in spilled.Pages().Keys)
        {
            reader.Verify(page, 0);
        }
    }

    [Fact]
    public void Recovery_OfWhatAProcessLeft_HasEveryTokenAsItWasStored()
    {
        float[] keys = Keys(1000);
        using var file = new PageFile(FilePath, HeadDim, HostPageFormat.Fp32);
        using var index = new IndexCase(keys, HeadDim, 600, memory: new HostMemory(1), file: file, owner: Owner);
        PageFileRecovery found = PageFileRecovery.Read(FilePath);
        Assert.Equal((HeadDim, 0), (found.HeadDim, found.Torn));
        Assert.All(found.Pages, page => Assert.Equal(Owner, page.Owner));
        Assert.Equal(found.Pages.OrderByDescending(page => page.Generation), found.Pages);
        Assert.Equal(Enumerable.Range(0, 1000), found.Pages.SelectMany(page => page.Positions).Select(IndexCase.TokenOf).Order());
        Assert.All(found.Pages, page => PageContent.Matches(page, keys));
    }

    [Fact]
    public void Recovery_PageIsDamaged_LeavesItOutAndKeepsTheOthers()
    {
        float[] keys = Keys(1000);
        string damaged = FilePath + ".copy";
        int all;
        using (var file = new PageFile(FilePath, HeadDim, HostPageFormat.Fp32))
        {
            using var index = new IndexCase(keys, HeadDim, 1000, memory: new HostMemory(1), file: file);
            all = index.Pages().Count;
            File.Copy(FilePath, damaged);
        }

        Assert.False(File.Exists(FilePath));
        using (FileStream content = File.Open(damaged, FileMode.Open))
        {
            content.Position = Header + 64 + 5;
            int before = content.ReadByte();
            content.Position--;
            content.WriteByte((byte)~before);
        }

        PageFileRecovery found = PageFileRecovery.Read(damaged);
        Assert.Equal((all - 1, 1), (found.Pages.Count, found.Torn));
        Assert.All(found.Pages, page => PageContent.Matches(page, keys));
    }

    [Theory]
    [InlineData(0, "too short for a page file")]
    [InlineData(Header + 70, "cut short: the page at byte 4096 has 70 of")]
    public void Recovery_FileIsCutShort_SaysWhere(int length, string expected)
    {
        using (var file = new PageFile(FilePath, HeadDim, HostPageFormat.Fp32))
        {
            using var index = new IndexCase(Keys(200), HeadDim, 200, memory: new HostMemory(1), file: file);
            File.Copy(FilePath, FilePath + ".copy");
        }

        using (FileStream content = File.Open(FilePath + ".copy", FileMode.Open))
        {
            content.SetLength(length);
        }

        var failure = Assert.Throws<PageFileException>(() => PageFileRecovery.Read(FilePath + ".copy"));
        Assert.Contains(expected, failure.Message);
        Assert.Contains(FilePath + ".copy", failure.Message);
    }

    [Theory]
    [InlineData(0, "something else, or older")]
    [InlineData(9, "its header is damaged")]
    public void Recovery_ForeignOrDamagedHeader_SaysSo(int at, string expected)
    {
        using (new PageFile(FilePath, HeadDim, HostPageFormat.Fp32))
        {
            File.Copy(FilePath, FilePath + ".copy");
        }

        byte[] content = File.ReadAllBytes(FilePath + ".copy");
        content[at] ^= 0xFF;
        File.WriteAllBytes(FilePath + ".copy", content);
        Assert.Contains(expected, Assert.Throws<PageFileException>(() => PageFileRecovery.Read(FilePath + ".copy")).Message);
        Assert.Contains("cannot be read", Assert.Throws<PageFileException>(() => PageFileRecovery.Read(FilePath + ".none")).Message);
    }

    [Fact]
    public void File_ThatExistsOrCannotBe_IsRefusedByName()
    {
        File.WriteAllText(FilePath, "of another run");
        Assert.Contains("exists already", Assert.Throws<PageFileException>(() => new PageFile(FilePath, HeadDim, HostPageFormat.Fp32)).Message);
        Assert.Equal("of another run", File.ReadAllText(FilePath));
        string nowhere = Path.Combine(_folder.FullName, "none", "chat.kvpages");
        Assert.Contains(nowhere, Assert.Throws<PageFileException>(() => new PageFile(nowhere, HeadDim, HostPageFormat.Fp32)).Message);
    }

    [Fact]
    public void Insert_FileIsFull_SaysHowMuchItNeedsAndKeepsWhatThereWas()
    {
        float[] keys = Keys(4000);
        using var file = new PageFile(FilePath, HeadDim, HostPageFormat.Fp32, limitBytes: 500_000);
        using var index = new IndexCase(keys, HeadDim, 1000, memory: new HostMemory(1), file: file, grow: false);
        SortedDictionary<int, int[]> before = [];
        int held = 1000;
        var failure = Assert.Throws<PageFileException>(() =>
        {
            for (; held < 4000; held += 16)
            {
                before = index.Pages();
                index.Insert(held, held + 16);
            }
        });
        Assert.Contains("its limit is 500000 bytes", failure.Message);
        Assert.Equal(before, index.Pages());
        Assert.Equal(held, index.Index.Tokens);
    }

    [Fact]
    public void Verify_PageChangedBehindItsBack_SaysWhose()
    {
        using var file = new PageFile(FilePath, HeadDim, HostPageFormat.Fp32);
        using var index = new IndexCase(Keys(300), HeadDim, 300, memory: new HostMemory(1), file: file, owner: Owner);
        using (FileStream content = File.Open(FilePath, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite))
        {
            content.Position = Header + 64 + 5;
            content.WriteByte(0x5A);
            content.WriteByte(0xA5);
        }

        using PageReader reader = index.Index.Read();
        PageReader held = reader;
        var failure = Assert.Throws<PageFileException>(() => Array.ForEach([.. index.Pages().Keys], page => held.Verify(page, 0)));
        Assert.Contains("sequence 1, layer 2, key-value head 3", failure.Message);
    }

    [Fact]
    public void Index_Disposed_GivesItsRoomInTheFileBack()
    {
        float[] keys = Keys(1000);
        using var file = new PageFile(FilePath, HeadDim, HostPageFormat.Fp32);
        new IndexCase(keys, HeadDim, 1000, memory: new HostMemory(1), file: file).Dispose();
        long length = file.LengthBytes;
        Assert.Empty(PageFileRecovery.Read(FilePath).Pages);
        new IndexCase(keys, HeadDim, 1000, memory: new HostMemory(1), file: file).Dispose();
        Assert.Equal(length, file.LengthBytes);
    }

    private static float[] Keys(int tokens) => GeneratedKeys.Make("clustered", tokens, HeadDim, 1, 31).Keys;
}
