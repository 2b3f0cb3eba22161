using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace KvCompose.Sessions.Saved;

/// <summary>Reads what <see cref="SectionWriter"/> has written, one section after another, and says in which one it ends or breaks.</summary>
/// <exception cref="SavedCacheFormatException">By every member: the bytes are not those that were written.</exception>
internal sealed class SectionReader : IDisposable
{
    private readonly Stream _stream;
    private readonly string _source;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    public SectionReader(Stream stream, string source)
    {
        (_stream, _source) = (stream, source);
        Span<byte> magic = stackalloc byte[SectionWriter.Magic.Length];
        if (stream.ReadAtLeast(magic, magic.Length, throwOnEndOfStream: false) < magic.Length
            || !magic.SequenceEqual(Encoding.ASCII.GetBytes(SectionWriter.Magic)))
        {
            throw Wrong($"it does not begin with {SectionWriter.Magic}");
        }

        _hash.AppendData(magic);
    }

    /// <summary>Begins a section, which must be this one.</summary>
    /// <param name="name">Its four letters.</param>
    /// <param name="place">What it holds, for messages.</param>
    /// <param name="expected">Its length, or −1 for at most <paramref name="most"/> bytes.</param>
    /// <param name="most">Its greatest length, where it is not known.</param>
    /// <returns>Its length in bytes.</returns>
    public int Begin(string name, string place, long expected, int most = int.MaxValue)
    {
        Span<byte> head = stackalloc byte[12];
        Read(head, place);
        long length = BinaryPrimitives.ReadInt64LittleEndian(head[4..]);
        if (Encoding.ASCII.GetString(head[..4]) != name || length < 0 || length > most || (expected >= 0 && length != expected))
        {
            throw Wrong($"{place} does not stand where it should");
        }

        return (int)length;
    }

    public void Read(Span<byte> bytes, string place)
    {
        if (_stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) < bytes.Length)
        {
            throw Wrong($"it ends within {place}");
        }

        _hash.AppendData(bytes);
    }

    public void End(string place)
    {
        Span<byte> sum = stackalloc byte[SHA256.HashSizeInBytes], stored = stackalloc byte[SHA256.HashSizeInBytes];
        _hash.GetCurrentHash(sum);
        if (_stream.ReadAtLeast(stored, stored.Length, throwOnEndOfStream: false) < stored.Length)
        {
            throw Wrong($"it ends within {place}");
        }

        if (!sum.SequenceEqual(stored))
        {
            throw Wrong($"the checksum of {place} does not hold");
        }
    }

    public byte[] ReadSection(string name, string place, long expected, int most = int.MaxValue)
    {
        var bytes = new byte[Begin(name, place, expected, most)];
        Read(bytes, place);
        End(place);
        return bytes;
    }

    public SavedCacheFormatException Wrong(string problem, Exception? cause = null) => new(_source, problem, cause);

    public void Dispose() => _hash.Dispose();
}
