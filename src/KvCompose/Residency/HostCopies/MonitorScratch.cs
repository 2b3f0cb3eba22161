using KvCompose.Memory;
using KvCompose.Numerics;

namespace KvCompose.Residency.HostCopies;

/// <summary>Working memory of one thread that scores pivots. Grows with the longest sequence.</summary>
internal sealed unsafe class MonitorScratch : IDisposable
{
    private NativeFloats? _splitScratch;
    private NativeFloats? _scores;
    private NativeFloats? _choice;
    private ulong[] _mask = [];

    /// <summary>Factors and sums of KV splits.</summary>
    public float* Splits => _splitScratch!.Pointer;

    /// <summary>Scores of the prompt.</summary>
    public float* Scores => _scores!.Pointer;

    /// <summary>For <see cref="TopMask"/>.</summary>
    public int* Choice => (int*)_choice!.Pointer;

    /// <summary>Words for a mask over a number of tokens.</summary>
    public Span<ulong> Mask(int tokens) => _mask.AsSpan(0, TopMask.Words(tokens));

    /// <summary>Makes room for the tokens of a prompt.</summary>
    /// <param name="splitFloats">Floats of <see cref="Splits"/>.</param>
    /// <param name="tokens">Tokens of the prompt.</param>
    public void Reserve(int splitFloats, int tokens)
    {
        _splitScratch = NativeFloats.AtLeast(_splitScratch, splitFloats);
        _scores = NativeFloats.AtLeast(_scores, tokens + 16);
        _choice = NativeFloats.AtLeast(_choice, TopMask.ScratchWords(tokens));
        if (_mask.Length < TopMask.Words(tokens))
        {
            _mask = new ulong[TopMask.Words(tokens)];
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _splitScratch?.Dispose();
        _scores?.Dispose();
        _choice?.Dispose();
    }
}
