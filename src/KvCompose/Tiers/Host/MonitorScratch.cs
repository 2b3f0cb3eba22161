using KvCompose.Memory;
using KvCompose.Numerics;

namespace KvCompose.Tiers.Host;

/// <summary>Working memory of one thread that looks at pivots. Grows with the longest sequence.</summary>
internal sealed unsafe class MonitorScratch : IDisposable
{
    private NativeFloats? _line;
    private NativeFloats? _scores;
    private NativeFloats? _choice;
    private ulong[] _mask = [];

    /// <summary>For <see cref="PivotScores"/>.</summary>
    public float* Line => _line!.Pointer;

    /// <summary>Scores of the prompt.</summary>
    public float* Scores => _scores!.Pointer;

    /// <summary>For <see cref="TopMask"/>.</summary>
    public int* Choice => (int*)_choice!.Pointer;

    /// <summary>Words for a mask over a number of tokens.</summary>
    public Span<ulong> Mask(int tokens) => _mask.AsSpan(0, TopMask.Words(tokens));

    /// <summary>Makes room for a line and for as many tokens as there are slots.</summary>
    public void Reserve(int lineFloats, int slots)
    {
        if (_line is not null && _line.Count >= lineFloats)
        {
            return;
        }

        // Half as much again: a growing sequence does not ask anew at every token.
        int room = slots + (slots / 2);
        _line = NativeFloats.AtLeast(_line, lineFloats + (slots / 2));
        _scores = NativeFloats.AtLeast(_scores, room + 16);
        _choice = NativeFloats.AtLeast(_choice, TopMask.ScratchWords(room));
        _mask = new ulong[TopMask.Words(room)];
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _line?.Dispose();
        _scores?.Dispose();
        _choice?.Dispose();
    }
}
