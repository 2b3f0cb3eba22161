using System.Text;
using KvCompose.Files;

namespace KvCompose.Tests.Sessions;

/// <summary>A saved cache of another version is refused by its version, before anything else of it is read.</summary>
public class SavedVersionTests
{
    [Fact]
    public void Read_ThisVersion_FindsTheSection()
    {
        using var reader = new SectionReader(new MemoryStream(Saved()), "here.kv");
        Assert.Equal([1, 2, 3], reader.ReadSection("SECT", "the section", 3));
    }

    [Theory]
    [InlineData('1')]
    [InlineData('3')]
    public void Read_AnotherVersion_IsRefusedByVersion(char version)
    {
        byte[] bytes = Saved();
        bytes[7] = (byte)version;
        var error = Assert.Throws<SavedCacheFormatException>(() => new SectionReader(new MemoryStream(bytes), "old.kv"));
        Assert.Contains("old.kv", error.Message);
        Assert.Contains($"its format has version {version}, and this library reads version 2", error.Message);
    }

    [Fact]
    public void Read_AnotherFile_IsNoSavedCache()
    {
        var error = Assert.Throws<SavedCacheFormatException>(() => new SectionReader(new MemoryStream(Encoding.ASCII.GetBytes("something else")), "text.kv"));
        Assert.Contains("it does not begin with KVCACHE", error.Message);
    }

    private static byte[] Saved()
    {
        var stream = new MemoryStream();
        using (var writer = new SectionWriter(stream))
        {
            writer.WriteSection("SECT", (ReadOnlySpan<byte>)[1, 2, 3]);
        }

        return stream.ToArray();
    }
}
