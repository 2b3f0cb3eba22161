using KvCompose.Memory;

namespace KvCompose.Sessions;

/// <summary>The buffers of a session's decode steps. Rows are the sequences that take part in a step.</summary>
internal sealed unsafe class SessionBuffers : IDisposable
{
    private readonly NativeFloats _hidden;
    private readonly NativeFloats _queries;
    private readonly NativeFloats _keys;
    private readonly NativeFloats _values;
    private readonly NativeFloats _logits;
    private readonly NativeFloats _scratch;
    private readonly int _vocabulary;
    private readonly int _threads;
    private NativeFloats? _threadScratch;
    private NativeFloats? _rowLogits;

    /// <summary>Allocates the buffers.</summary>
    /// <param name="shape">The model's dimensions.</param>
    /// <param name="rows">Sequences of the session.</param>
    /// <param name="threads">Threads of the session.</param>
    /// <param name="scratchFloats">Floats of scratch memory that every thread needs.</param>
    /// <param name="queryFloats">Floats of a row's queries in the layer with the widest heads.</param>
    /// <param name="keyFloats">Floats of a row's keys in the layer with the widest heads.</param>
    public SessionBuffers(TransformerShape shape, int rows, int threads, int scratchFloats, int queryFloats, int keyFloats)
    {
        _vocabulary = shape.Vocabulary;
        _threads = threads;
        ScratchFloats = (scratchFloats + 15) / 16 * 16;
        _hidden = new NativeFloats((long)rows * shape.Hidden);
        _queries = new NativeFloats((long)rows * queryFloats);
        _keys = new NativeFloats((long)rows * keyFloats);
        _values = new NativeFloats((long)rows * keyFloats);
        _logits = new NativeFloats((long)rows * shape.Vocabulary);
        _scratch = new NativeFloats((long)threads * ScratchFloats);
    }

    /// <summary>Hidden states, [rows, D].</summary>
    public float* Hidden => _hidden.Pointer;

    /// <summary>Queries, [rows, Hq, d]; attention overwrites them with its output.</summary>
    public float* Queries => _queries.Pointer;

    /// <summary>Keys, [rows, Hkv, d].</summary>
    public float* Keys => _keys.Pointer;

    /// <summary>Values, [rows, Hkv, d].</summary>
    public float* Values => _values.Pointer;

    /// <summary>Scratch memory, [threads, <see cref="ScratchFloats"/>].</summary>
    public float* Scratch => _scratch.Pointer;

    /// <summary>Floats of scratch memory per thread, whole vectors.</summary>
    public int ScratchFloats { get; }

    /// <summary>Logits of a sequence, [Vocabulary].</summary>
    public float* Logits(int sequence) => _logits.Pointer + ((nint)sequence * _vocabulary);

    /// <summary>Logits of a step in which not all sequences take part, [rows, Vocabulary]; its content is undefined.</summary>
    public float* RowLogits(int rows)
    {
        _rowLogits = NativeFloats.AtLeast(_rowLogits, (long)rows * _vocabulary);
        return _rowLogits.Pointer;
    }

    /// <summary>Scratch memory that grows with the longest sequence, [threads, <paramref name="floats"/>]; its content is undefined.</summary>
    public float* ThreadScratch(long floats)
    {
        _threadScratch = NativeFloats.AtLeast(_threadScratch, _threads * floats);
        return _threadScratch.Pointer;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _hidden.Dispose();
        _queries.Dispose();
        _keys.Dispose();
        _values.Dispose();
        _logits.Dispose();
        _scratch.Dispose();
        _threadScratch?.Dispose();
        _rowLogits?.Dispose();
    }
}
