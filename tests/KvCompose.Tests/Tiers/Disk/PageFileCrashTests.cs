using System.Diagnostics;
using System.Globalization;
using KvCompose.Residency.PageFiles;
using KvCompose.Tests.Retrieval;

namespace KvCompose.Tests.Tiers.Disk;

public sealed class PageFileCrashTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory();

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData(3)]
    [InlineData(40)]
    [InlineData(111)]
    [InlineData(400)]
    public async Task Process_KilledWhileItWrites_LosesNothingItHadTakenAndLeavesNoWrongPage(int batches)
    {
        string path = Path.Combine(_folder.FullName, "crash.kvpages");
        int acknowledged = await RunAndKill(path, batches);
        float[] keys = PageFileChild.Keys();
        PageFileRecovery found = PageFileRecovery.Read(path);
        Assert.All(found.Pages, page => PageContent.Matches(page, keys));
        int[] tokens = [.. found.Pages.SelectMany(page => page.Positions).Select(IndexCase.TokenOf).Distinct().Order()];
        Assert.Equal(Enumerable.Range(0, acknowledged), tokens[..acknowledged]);
    }

    // Returns how many tokens the process said it had before it was killed.
    private static async Task<int> RunAndKill(string path, int batches)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardInput = true, RedirectStandardOutput = true, UseShellExecute = false };
        start.ArgumentList.Add("exec");
        start.ArgumentList.Add(typeof(PageFileChild).Assembly.Location);
        start.ArgumentList.Add(path);
        using Process child = Process.Start(start)!;
        int acknowledged = 0;
        for (int line = 0; line < batches; line++)
        {
            acknowledged = int.Parse(await child.StandardOutput.ReadLineAsync() ?? "", CultureInfo.InvariantCulture);
        }

        child.Kill();
        string rest = await child.StandardOutput.ReadToEndAsync();
        await child.WaitForExitAsync();
        Assert.NotEqual(0, child.ExitCode);
        string[] lines = rest.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return lines.Length > 1 ? int.Parse(lines[^2], CultureInfo.InvariantCulture) : acknowledged;
    }
}
