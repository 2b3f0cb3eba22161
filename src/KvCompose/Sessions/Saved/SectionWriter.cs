using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace KvCompose.Sessions.Saved;

/// <summary>
/// Writes sections: four letters, the length, the bytes, and the SHA-256 of everything up to there. The chained checksum finds what
/// was changed, cut off or put in another order.
/// </summary>
internal sealed class SectionWriter : IDisposable
{
    public const string Magic = "KVCACHE1";

    private readonly Stream _stream;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    public SectionWriter(Stream stream)
    {
        _stream = stream;
        Write(Encoding.ASCII.GetBytes(Magic));
    }

    public void Begin(string name, long bytes)
    {
        Span<byte> head = stackalloc byte[12];
        Encoding.ASCII.GetBytes(name, head);
        BinaryPrimitives.WriteInt64LittleEndian(head[4..], bytes);
        Write(head);
    }

    public void Write(ReadOnlySpan<byte> bytes)
    {
        _hash.AppendData(bytes);
        _stream.Write(bytes);
    }

    public void End()
    {
        Span<byte> sum = stackalloc byte[SHA256.HashSizeInBytes];
        _hash.GetCurrentHash(sum);
        _stream.Write(sum);
    }

    public void WriteSection(string name, ReadOnlySpan<byte> bytes)
    {
        Begin(name, bytes.Length);
        Write(bytes);
        End();
    }

    public void WriteSection(string name, ReadOnlySpan<int> words) => WriteSection(name, MemoryMarshal.AsBytes(words));

    public void Dispose() => _hash.Dispose();
}
