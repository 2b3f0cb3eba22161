using KvCompose.Memory;

namespace KvCompose.Residency.HostCopies;

/// <summary>What is asked for in one request, and the memory into which it is fetched. Grows with the largest request.</summary>
internal sealed unsafe class StagingBuffer : IDisposable
{
    private HostFetch[] _tokens = [];
    private NativeFloats? _content;

    /// <summary>Tokens of the request.</summary>
    public int Count { get; private set; }

    /// <summary>The request.</summary>
    public ReadOnlySpan<HostFetch> Tokens => _tokens.AsSpan(0, Count);

    /// <summary>What was fetched, [<see cref="Count"/>][2, d].</summary>
    public float* Content => _content!.Pointer;

    /// <summary>Bytes of host memory.</summary>
    public long Bytes => (_content?.Count ?? 0) * sizeof(float);

    /// <summary>Begins an empty request.</summary>
    public void Clear() => Count = 0;

    /// <summary>Adds a token to the request.</summary>
    public void Add(HostFetch token)
    {
        if (Count == _tokens.Length)
        {
            Array.Resize(ref _tokens, Math.Max(64, Count * 2));
        }

        _tokens[Count++] = token;
    }

    /// <summary>Makes room for what was asked for.</summary>
    /// <exception cref="HostTierFullException">The limit does not allow it; the request cannot be submitted.</exception>
    public void Reserve(int rowFloats, HostMemory memory)
    {
        long needed = (long)Count * rowFloats;
        if (needed <= (_content?.Count ?? 0))
        {
            return;
        }

        memory.Take((needed * sizeof(float)) - Bytes);
        _content?.Dispose();
        _content = new NativeFloats(needed);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _content?.Dispose();
        _content = null;
    }
}
