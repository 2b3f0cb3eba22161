using KvCompose.IntegrationTests.Oracle;
using KvCompose.IntegrationTests.Pipelines;

namespace KvCompose.IntegrationTests;

/// <summary>Host pages beyond the memory that they may take, in a page file.</summary>
public sealed class PagedDiskTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory();

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Decode_CacheBeyondItsMemory_EqualsOneInMemory()
    {
        using var model = new TestModel(4, 4, 2, 32, 91);
        using (KvSession spilled = IceReader.Open(model, Options(disk: 64)), inMemory = IceReader.Open(model, Options(host: 0, disk: 0)))
        {
            int[] prompt = model.Prompt(1200, 1);
            spilled.Prefill(prompt);
            inMemory.Prefill(prompt);
            for (int step = 0; step < 40; step++)
            {
                spilled.Step([step]);
                inMemory.Step([step]);
                Assert.Equal(inMemory.Positions(2, 1), spilled.Positions(2, 1));
                Assert.True(inMemory.Logits().SequenceEqual(spilled.Logits()));
            }

            Assert.InRange(spilled.TierUsage.DiskBytes, 1 << 20, 64 << 20);
            Assert.Equal(0, inMemory.TierUsage.DiskBytes);
            Assert.Equal(spilled.TierUsage.DiskBytes, Assert.Single(_folder.GetFiles()).Length);
        }

        Assert.Empty(_folder.GetFiles());
    }

    [Fact]
    public void Step_PageFileWasCutShort_SaysSoAndTheSessionTakesANewPrompt()
    {
        using var model = new TestModel(4, 4, 2, 32, 92);
        using var session = IceReader.Open(model, Options(disk: 64));
        int[] prompt = model.Prompt(1200, 1);
        session.Prefill(prompt);
        session.Step([1]);
        using (FileStream file = Assert.Single(_folder.GetFiles()).Open(FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
        {
            file.SetLength(4096);
        }

        Assert.Contains("it was cut short: 4096 bytes are left", Assert.Throws<PageFileException>(() => session.Step([2])).Message);
        Assert.Contains("sequence 0: an earlier step failed", Assert.Throws<InvalidOperationException>(() => session.Step([2])).Message);
        session.Prefill(prompt);
        session.Step([1]);
        Assert.Equal(1201, session.Length());
    }

    [Fact]
    public void Prefill_HostAndDiskAreFull_FailsByNameAndLeavesTheSessionUsable()
    {
        using var model = new TestModel(2, 4, 2, 32, 93);
        using var session = IceReader.Open(model, Options(disk: 1));
        var failure = Assert.Throws<PageFileException>(() => session.Prefill(model.Prompt(1200, 1)));
        Assert.Contains("key-value head", failure.Message);
        Assert.Contains("its limit is 1048576 bytes", failure.Message);
        Assert.Equal(0, session.Usage.BytesHeld);
        session.Prefill(model.Prompt(300, 1));
        session.Step([1]);
    }

    [Fact]
    public void Open_FolderIsNotThere_NamesTheFile()
    {
        using var model = new TestModel(2, 4, 2, 32, 94);
        string nowhere = Path.Combine(_folder.FullName, "none");
        var options = new IceReader.Options { PageFolder = nowhere, Residency = new() { Tokens = 64, DiskMebibytes = 1 } };
        Assert.Contains(nowhere, Assert.Throws<PageFileException>(() => IceReader.Open(model, options)).Message);
    }

    private IceReader.Options Options(int host = 1, int disk = 0) => new()
    {
        PageFolder = _folder.FullName,
        Residency = new() { Tokens = 64, Window = 16, DenseLayers = 0, HostMebibytes = host, DiskMebibytes = disk },
    };
}
