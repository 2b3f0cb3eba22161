using System.ComponentModel;
using KvCompose.Memory;

namespace KvCompose.Attention;

/// <summary>Scratch memory of <see cref="CausalAttention"/>, kept from call to call: a few hundred KiB per thread.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed unsafe class AttentionWorkspace : IDisposable
{
    private NativeFloats? _floats;

    /// <summary>
    /// Logits without a key that take part in the softmax of the layer that is attended next, [Hq]; null for none. Scores and their
    /// log-sum-exp count them from then on.
    /// </summary>
    public float* Sinks { get; set; }

    internal float* Floats => _floats!.Pointer;

    /// <summary>Frees the memory. The next call that is given this workspace allocates again.</summary>
    public void Dispose()
    {
        _floats?.Dispose();
        _floats = null;
    }

    internal void Reserve(int threads, long floatsPerThread)
        => _floats = NativeFloats.AtLeast(_floats, threads * floatsPerThread);
}
