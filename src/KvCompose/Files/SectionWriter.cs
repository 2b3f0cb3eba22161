using System.Buffers.Binary;
using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace KvCompose.Files;

/// <summary>
/// Writes a saved cache in sections: four letters, the length, the bytes, and the SHA-256 of everything up to there. The chained checksum finds what
/// was changed, cut off or put in another order.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class SectionWriter : IDisposable
{
    /// <summary>What a saved cache of any version begins with; a digit that states the version follows.</summary>
    internal const string Name = "KVCACHE";

    /// <summary>Version of the format. It rises when sections or the text that describes pipelines change.</summary>
    internal const char Version = '2';

    private readonly Stream _stream;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    internal SectionWriter(Stream stream)
    {
        _stream = stream;
        Write(Encoding.ASCII.GetBytes(Name + Version));
    }

    /// <summary>Begins a section, which <see cref="End"/> ends.</summary>
    /// <param name="name">Its four letters.</param>
    /// <param name="bytes">Bytes that follow.</param>
    public void Begin(string name, long bytes)
    {
        Span<byte> head = stackalloc byte[12];
        Encoding.ASCII.GetBytes(name, head);
        BinaryPrimitives.WriteInt64LittleEndian(head[4..], bytes);
        Write(head);
    }

    /// <summary>Writes bytes of the section.</summary>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        _hash.AppendData(bytes);
        _stream.Write(bytes);
    }

    /// <summary>Ends the section: its checksum follows.</summary>
    public void End()
    {
        Span<byte> sum = stackalloc byte[SHA256.HashSizeInBytes];
        _hash.GetCurrentHash(sum);
        _stream.Write(sum);
    }

    /// <summary>Writes a whole section.</summary>
    public void WriteSection(string name, ReadOnlySpan<byte> bytes)
    {
        Begin(name, bytes.Length);
        Write(bytes);
        End();
    }

    /// <summary>Writes a whole section of numbers or bits.</summary>
    public void WriteSection<T>(string name, ReadOnlySpan<T> words)
        where T : unmanaged
        => WriteSection(name, MemoryMarshal.AsBytes(words));

    /// <inheritdoc/>
    public void Dispose() => _hash.Dispose();
}
