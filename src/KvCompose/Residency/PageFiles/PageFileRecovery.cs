using System.Runtime.InteropServices;
using KvCompose.Residency.Pages;
using Microsoft.Win32.SafeHandles;

namespace KvCompose.Residency.PageFiles;

/// <summary>
/// Reads what a process that was killed left in its page file. A page is given back as its newest whole seal says, or not at all: what was not sealed when
/// the process ended is lost, and nothing else. Reads by system calls, so that a file that is cut short is no fault.
/// </summary>
public sealed unsafe class PageFileRecovery
{
    private PageFileRecovery(int headDim, IReadOnlyList<RecoveredPage> pages, int torn)
    {
        HeadDim = headDim;
        Pages = pages;
        Torn = torn;
    }

    /// <summary>d.</summary>
    public int HeadDim { get; }

    /// <summary>
    /// The pages, the latest first. A change that was under way may have left a token in an old page and in a new one; both say the same.
    /// </summary>
    public IReadOnlyList<RecoveredPage> Pages { get; }

    /// <summary>Records that were written to, but hold no whole page.</summary>
    public int Torn { get; }

    /// <summary>Reads a file.</summary>
    /// <exception cref="PageFileException">There is none, it is no page file, or it ends in the middle of a page.</exception>
    public static PageFileRecovery Read(string path)
    {
        try
        {
            using SafeFileHandle handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var first = new byte[Marshal.SizeOf<PageFileHeader>()];
            if (RandomAccess.Read(handle, first, 0) < first.Length)
            {
                throw new PageFileException(path, "it is too short for a page file");
            }

            HostPageLayout layout = MemoryMarshal.Read<PageFileHeader>(first).Layout(path);
            return ReadRecords(path, handle, layout);
        }
        catch (PageFileException)
        {
            throw;
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
        {
            throw new PageFileException(path, $"it cannot be read: {cause.Message}", cause);
        }
    }

    private static PageFileRecovery ReadRecords(string path, SafeFileHandle handle, HostPageLayout layout)
    {
        int bytes = PageFileHeader.RecordBytes(layout), torn = 0;
        var pages = new List<RecoveredPage>();
        var buffer = (byte*)NativeMemory.AlignedAlloc((nuint)bytes, PageRecord.Bytes);
        try
        {
            for (long at = PageFileHeader.Bytes; ; at += bytes)
            {
                int read = ReadFully(handle, new Span<byte>(buffer, bytes), at);
                if (read == 0)
                {
                    break;
                }

                if (read < bytes)
                {
                    throw new PageFileException(path, $"it was cut short: the page at byte {at} has {read} of {bytes} bytes");
                }

                if (ReadPage((PageRecord*)buffer, layout) is { } page)
                {
                    pages.Add(page);
                }
                else
                {
                    torn += PageRecord.IsUsed((PageRecord*)buffer) ? 1 : 0;
                }
            }
        }
        finally
        {
            NativeMemory.AlignedFree(buffer);
        }

        return new PageFileRecovery(layout.HeadDim, [.. pages.OrderByDescending(static page => page.Generation)], torn);
    }

    private static int ReadFully(SafeFileHandle handle, Span<byte> target, long at)
    {
        int total = 0;
        while (total < target.Length && RandomAccess.Read(handle, target[total..], at + total) is > 0 and int read)
        {
            total += read;
        }

        return total;
    }

    private static RecoveredPage? ReadPage(PageRecord* record, HostPageLayout layout)
    {
        (int count, long generation) = PageRecord.Whole(record, layout);
        if (count == 0)
        {
            return null;
        }

        var page = (byte*)(record + 1);
        int headDim = layout.HeadDim;
        float[] keys = new float[count * headDim], values = new float[count * headDim];
        for (int slot = 0; slot < count; slot++)
        {
            for (int i = 0; i < headDim; i++)
            {
                keys[(slot * headDim) + i] = layout.Keys(page, i)[slot];
                values[(slot * headDim) + i] = layout.ValueElements(page, slot, i / HostPageLayout.Tokens * HostPageLayout.Tokens)[i % HostPageLayout.Tokens];
            }
        }

        return new RecoveredPage(record->Owner, generation, new Span<int>(layout.PositionsOf(page), count).ToArray(), keys, values);
    }
}
