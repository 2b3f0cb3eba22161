using ILGPU;
using ILGPU.Runtime;
using KvCompose.Cache;

namespace KvCompose.Ilgpu;

/// <summary>
/// The page tables of several key-value heads (of one layer of a batch, say) in device memory: all page ids one after another,
/// where each head's begin, and how many tokens each head holds. Heads may differ in length.
/// </summary>
public sealed class DevicePageTables : IDisposable
{
    private readonly DeviceContext _device;
    private readonly int _pageTokens;
    private readonly MemoryBuffer1D<int, Stride1D.Dense> _pages;
    private readonly MemoryBuffer1D<int, Stride1D.Dense> _starts;
    private readonly MemoryBuffer1D<int, Stride1D.Dense> _tokens;
    private int _used;

    /// <summary>Allocates tables of a fixed size.</summary>
    /// <param name="device">Where.</param>
    /// <param name="layout">Layout of the pages.</param>
    /// <param name="heads">Tables.</param>
    /// <param name="capacity">Page ids of all heads together.</param>
    public DevicePageTables(DeviceContext device, PageLayout layout, int heads, int capacity)
    {
        ArgumentNullException.ThrowIfNull(device);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(heads);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(capacity);
        _device = device;
        _pageTokens = layout.PageTokens;
        Heads = heads;
        _pages = device.Allocate<int>(capacity);
        _starts = device.Allocate<int>(heads);
        _tokens = device.Allocate<int>(heads);
    }

    /// <summary>Tables.</summary>
    public int Heads { get; }

    /// <summary>Page ids, the heads' tables one after another.</summary>
    public ArrayView<int> Pages => _pages.View;

    /// <summary>Where each head's table begins in <see cref="Pages"/>, [heads].</summary>
    public ArrayView<int> Starts => _starts.View;

    /// <summary>Tokens that each head holds, [heads].</summary>
    public ArrayView<int> Tokens => _tokens.View;

    /// <summary>Replaces all tables and waits.</summary>
    /// <param name="tokens">[heads], tokens that each head holds.</param>
    /// <param name="pages">Device page ids: ⌈tokens / P⌉ of head 0, then those of head 1, and so on.</param>
    /// <exception cref="ArgumentException">The numbers of heads, tokens and pages do not fit each other or the capacity.</exception>
    public void Upload(ReadOnlySpan<int> tokens, ReadOnlySpan<int> pages)
    {
        if (tokens.Length != Heads)
        {
            throw new ArgumentException($"{tokens.Length} token counts for {Heads} heads", nameof(tokens));
        }

        var starts = new int[Heads];
        int next = 0;
        for (int head = 0; head < Heads; head++)
        {
            if (tokens[head] < 0)
            {
                throw new ArgumentException($"head {head} has {tokens[head]} tokens", nameof(tokens));
            }

            starts[head] = next;
            next += (tokens[head] + _pageTokens - 1) / _pageTokens;
        }

        if (next != pages.Length || next > Pages.Length)
        {
            throw new ArgumentException(
                $"{pages.Length} page ids where the token counts need {next} and {Pages.Length} have room", nameof(pages));
        }

        _used = next;
        Pages.CopyFromCPU(_device.Stream, pages);
        Starts.CopyFromCPU<int, ArrayView<int>>(_device.Stream, starts);
        Tokens.CopyFromCPU(_device.Stream, tokens);
    }

    /// <summary>Reads the tables back and waits.</summary>
    /// <returns>Tokens of each head, and all page ids.</returns>
    public (int[] Tokens, int[] Pages) Download()
    {
        var tokens = new int[Heads];
        var pages = new int[_used];
        Tokens.CopyToCPU<int, ArrayView<int>>(_device.Stream, tokens);
        Pages.CopyToCPU<int, ArrayView<int>>(_device.Stream, pages);
        return (tokens, pages);
    }

    /// <summary>Gives the memory back once everything that was launched is done with it.</summary>
    public void Dispose()
    {
        _device.Free(_pages);
        _device.Free(_starts);
        _device.Free(_tokens);
    }
}
