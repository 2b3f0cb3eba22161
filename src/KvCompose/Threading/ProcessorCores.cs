using System.Runtime.InteropServices;

namespace KvCompose.Threading;

/// <summary>
/// Physical cores that the process may use. Two threads on one core share its multipliers and its path to memory: for work that is
/// bound by these a second thread per core brings little, and its waiting takes from the first.
/// </summary>
internal static unsafe partial class ProcessorCores
{
    private const int WindowsCoreRelation = 0; // RelationProcessorCore

    /// <summary>Cores, at least 1, at most the processors that the process may use. Where the system does not tell cores apart: processors.</summary>
    public static int Count { get; } = Math.Clamp(Found(), 1, Environment.ProcessorCount);

    /// <summary>Cores of a list of processors on Linux.</summary>
    /// <param name="allowed">The processors, such as "0-3,8".</param>
    /// <param name="siblings">The processors that share a core with one, or null where that is not known.</param>
    internal static int CountLinux(string allowed, Func<int, string?> siblings)
    {
        var cores = new HashSet<string>();
        foreach (string range in allowed.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            string[] ends = range.Split('-');
            if (!int.TryParse(ends[0], out int first) || !int.TryParse(ends[^1], out int last))
            {
                return 0;
            }

            for (int processor = first; processor <= last; processor++)
            {
                if (siblings(processor) is { } core)
                {
                    cores.Add(core.Trim());
                }
            }
        }

        return cores.Count;
    }

    private static int Found()
    {
        try
        {
            int cores = OperatingSystem.IsLinux() ? Linux() : OperatingSystem.IsWindows() ? Windows() : OperatingSystem.IsMacOS() ? MacOS() : 0;
            return cores > 0 ? cores : Environment.ProcessorCount;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or DllNotFoundException or EntryPointNotFoundException)
        {
            return Environment.ProcessorCount;
        }
    }

    private static int Linux()
    {
        const string label = "Cpus_allowed_list:";
        string? line = File.ReadLines("/proc/self/status").FirstOrDefault(static line => line.StartsWith(label, StringComparison.Ordinal));
        return line is null ? 0 : CountLinux(line[label.Length..], static processor =>
        {
            string path = $"/sys/devices/system/cpu/cpu{processor}/topology/thread_siblings_list";
            return File.Exists(path) ? File.ReadAllText(path) : null;
        });
    }

    private static int Windows()
    {
        uint length = 0;
        GetLogicalProcessorInformationEx(WindowsCoreRelation, null, ref length);
        byte[] records = new byte[length];
        fixed (byte* start = records)
        {
            if (length == 0 || GetLogicalProcessorInformationEx(WindowsCoreRelation, start, ref length) == 0)
            {
                return 0;
            }
        }

        int cores = 0;
        for (int at = 0; at + 8 <= length; at += BitConverter.ToInt32(records, at + 4))
        {
            cores++; // Every record begins with its relation and its size.
        }

        return cores;
    }

    private static int MacOS()
    {
        int cores = 0;
        nuint length = sizeof(int);
        return SystemControlByName("hw.physicalcpu", &cores, ref length, null, 0) == 0 ? cores : 0;
    }

    [LibraryImport("kernel32")]
    private static partial int GetLogicalProcessorInformationEx(int relation, byte* buffer, ref uint length);

    [LibraryImport("libc", EntryPoint = "sysctlbyname", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SystemControlByName(string name, void* value, ref nuint length, void* newValue, nuint newLength);
}
