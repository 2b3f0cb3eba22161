using System.Diagnostics;
using System.Globalization;
using System.Runtime.Intrinsics;

namespace KvCompose.Benchmarks.Quick;

/// <summary>Where figures are kept: docs/performance/history.csv, a line for each figure with commit, processor and vector width.</summary>
internal static class History
{
    private const string File = "docs/performance/history.csv";

    /// <summary>Bits of the widest vectors that the processor computes with, or that it was told to.</summary>
    public static int VectorBits
        => Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated ? 256 : Vector128.IsHardwareAccelerated ? 128 : 0;

    /// <summary>The processor's name.</summary>
    public static string Processor
    {
        get
        {
            const string cpuInfo = "/proc/cpuinfo";
            string? line = System.IO.File.Exists(cpuInfo)
                ? System.IO.File.ReadLines(cpuInfo).FirstOrDefault(static line => line.StartsWith("model name", StringComparison.Ordinal))
                : Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER");
            return line?.Split(':')[^1].Trim() ?? "unknown processor";
        }
    }

    /// <summary>Appends figures of a group.</summary>
    /// <exception cref="DirectoryNotFoundException">The program does not run from inside the repository.</exception>
    public static void Append(string group, IEnumerable<KeyValuePair<string, double>> figures)
    {
        string root = Root();
        string commit = Commit(root), date = DateTime.UtcNow.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        string option = group == "peer" ? "--peer" : $"--quick {group}";
        System.IO.File.AppendAllLines(Path.Combine(root, File), figures.Select(figure => string.Create(
            CultureInfo.InvariantCulture,
            $"{date},{commit},{group},{figure.Key},{figure.Value:0.####},,{VectorBits},tests/KvCompose.Benchmarks -- {option},{Processor.Replace(',', ' ')}")));
    }

    private static string Root()
    {
        for (DirectoryInfo? folder = new(Environment.CurrentDirectory); folder is not null; folder = folder.Parent)
        {
            if (System.IO.File.Exists(Path.Combine(folder.FullName, File)))
            {
                return folder.FullName;
            }
        }

        throw new DirectoryNotFoundException($"--record: there is no {File} in or above '{Environment.CurrentDirectory}'");
    }

    private static string Commit(string root)
    {
        using Process git = Process.Start(new ProcessStartInfo("git", ["-C", root, "rev-parse", "--short", "HEAD"]) { RedirectStandardOutput = true })!;
        string commit = git.StandardOutput.ReadToEnd().Trim();
        git.WaitForExit();
        return git.ExitCode == 0 ? commit : throw new InvalidOperationException("--record: git does not give the commit");
    }
}
