using System.Buffers.Binary;
using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace KvCompose.Files;

/// <summary>Reads what <see cref="SectionWriter"/> has written, one section after another, and says in which one it ends or breaks.</summary>
/// <exception cref="SavedCacheFormatException">By every member: the bytes are not those that were written.</exception>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class SectionReader : IDisposable
{
    private readonly Stream _stream;
    private readonly string _source;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    internal SectionReader(Stream stream, string source)
    {
        (_stream, _source) = (stream, source);
        Span<byte> magic = stackalloc byte[SectionWriter.Name.Length + 1];
        if (stream.ReadAtLeast(magic, magic.Length, throwOnEndOfStream: false) < magic.Length
            || !magic[..^1].SequenceEqual(Encoding.ASCII.GetBytes(SectionWriter.Name)))
        {
            throw Wrong($"it does not begin with {SectionWriter.Name}");
        }

        if (magic[^1] != SectionWriter.Version)
        {
            throw Wrong($"its format has version {(char)magic[^1]}, and this library reads version {SectionWriter.Version}: process the prompt again and save it");
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

    /// <summary>Reads bytes of the section.</summary>
    public void Read(Span<byte> bytes, string place)
    {
        if (_stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) < bytes.Length)
        {
            throw Wrong($"it ends within {place}");
        }

        _hash.AppendData(bytes);
    }

    /// <summary>Ends the section, whose bytes were all read: its checksum must hold.</summary>
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

    /// <summary>Reads a whole section.</summary>
    /// <inheritdoc cref="Begin" path="/param"/>
    public byte[] ReadSection(string name, string place, long expected, int most = int.MaxValue)
    {
        var bytes = new byte[Begin(name, place, expected, most)];
        Read(bytes, place);
        End(place);
        return bytes;
    }

    /// <summary>Reads a whole section of numbers or bits.</summary>
    /// <param name="name">Its four letters.</param>
    /// <param name="place">What it holds, for messages.</param>
    /// <param name="words">Receives them; as many must be there.</param>
    public void ReadSection<T>(string name, string place, Span<T> words)
        where T : unmanaged
    {
        Span<byte> bytes = MemoryMarshal.AsBytes(words);
        Begin(name, place, bytes.Length);
        Read(bytes, place);
        End(place);
    }

    /// <summary>Reads a whole section of numbers that says itself how many it holds.</summary>
    /// <param name="name">Its four letters.</param>
    /// <param name="place">What it holds, for messages.</param>
    /// <param name="least">How few it may hold.</param>
    /// <param name="most">How many it may hold.</param>
    public int[] ReadNumbers(string name, string place, int least, int most)
    {
        var numbers = new int[Begin(name, place, -1, (int)Math.Min(int.MaxValue, (long)most * sizeof(int))) / sizeof(int)];
        Read(MemoryMarshal.AsBytes(numbers.AsSpan()), place);
        End(place);
        return numbers.Length >= least ? numbers : throw Wrong($"{place} has {numbers.Length} numbers");
    }

    /// <summary>What to throw when something in the file cannot be.</summary>
    public SavedCacheFormatException Wrong(string problem, Exception? cause = null) => new(_source, problem, cause);

    /// <inheritdoc/>
    public void Dispose() => _hash.Dispose();
}
