using KvCompose.Memory;

namespace KvCompose.Residency.HostCopies;

/// <summary>A head with a host copy: what lies in its slots, and its whole prompt in host memory.</summary>
/// <param name="head">The key-value head.</param>
/// <param name="slots">What is resident.</param>
/// <param name="prompt">The host copy; owned.</param>
/// <param name="memory">Was charged for the copy.</param>
/// <param name="bytes">With so much.</param>
internal sealed class HostKvCopy(int head, ResidentSlots slots, HostPrompt prompt, HostMemory memory, long bytes) : IDisposable
{
    /// <summary>The key-value head.</summary>
    public int Head => head;

    /// <summary>What is resident.</summary>
    public ResidentSlots Slots => slots;

    /// <summary>The host copy.</summary>
    public HostPrompt Prompt => prompt;

    /// <summary>Rows that the last drift asked for, as bits.</summary>
    public ulong[] Wanted { get; } = new ulong[slots.Words];

    /// <inheritdoc/>
    public void Dispose()
    {
        prompt.Dispose();
        memory.Give(bytes);
    }
}
