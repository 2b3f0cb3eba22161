using System.Numerics;
using System.Runtime.InteropServices;
using KvCompose.Cache;
using KvCompose.Residency.Pages;

namespace KvCompose.Residency.PageFiles;

/// <summary>The first bytes of a page file: what it is, and how its pages are laid out.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 4)]
internal struct PageFileHeader
{
    /// <summary>Where the records begin.</summary>
    public const int Bytes = 4096;

    private const ulong Name = 0x3145_4741_5043_564B; // "KVCPAGE1"

    private ulong _name;
    private int _headDim;
    private int _format;
    private int _recordBytes;
    private uint _checksum;

    public static PageFileHeader Of(HostPageLayout layout)
    {
        var header = new PageFileHeader { _name = Name, _headDim = layout.HeadDim, _format = (int)layout.Format, _recordBytes = RecordBytes(layout) };
        header._checksum = header.Sum();
        return header;
    }

    /// <summary>Bytes from one record to the next.</summary>
    public static int RecordBytes(HostPageLayout layout) => PageRecord.Bytes + layout.Bytes;

    /// <summary>The layout that a file states.</summary>
    /// <exception cref="PageFileException">It is no page file, or one of another version.</exception>
    public readonly HostPageLayout Layout(string path)
    {
        if (_name != Name)
        {
            throw new PageFileException(path, "it does not begin as a page file of this version does: it is something else, or older");
        }

        if (_checksum != Sum() || !Enum.IsDefined((HostPageFormat)_format) || _headDim is < 16 or > PageLayout.MostHeadDim || _headDim % 16 != 0)
        {
            throw new PageFileException(path, "its header is damaged");
        }

        var layout = new HostPageLayout(_headDim, (HostPageFormat)_format);
        return _recordBytes == RecordBytes(layout) ? layout : throw new PageFileException(path, "its header is damaged");
    }

    private readonly uint Sum() => BitOperations.Crc32C(
        BitOperations.Crc32C(BitOperations.Crc32C(uint.MaxValue, _name), ((ulong)(uint)_headDim << 32) | (uint)_format), (uint)_recordBytes);
}
