using KvCompose.Memory;

namespace KvCompose.Models.Networks;

/// <summary>The buffers that a network computes in. They grow to the most rows seen and then stay.</summary>
internal sealed class Scratch : IDisposable
{
    private readonly NativeFloats?[] _blocks = new NativeFloats?[Enum.GetValues<ScratchUse>().Length];

    public NativeFloats Tiles(long floats) => Of(ScratchUse.Tiles, floats);

    public NativeFloats Gate(long floats) => Of(ScratchUse.Gate, floats);

    public NativeFloats Up(long floats) => Of(ScratchUse.Up, floats);

    public NativeFloats Output(long floats) => Of(ScratchUse.Output, floats);

    /// <summary>A buffer; its content is what was last written to it.</summary>
    public NativeFloats Of(ScratchUse use, long floats) => _blocks[(int)use] = NativeFloats.AtLeast(_blocks[(int)use], floats);

    public void Dispose()
    {
        foreach (NativeFloats? block in _blocks)
        {
            block?.Dispose();
        }
    }
}

/// <summary>What a buffer is for.</summary>
internal enum ScratchUse
{
    Tiles,
    Gate,
    Up,
    Output,

    /// <summary>What attention is gated by.</summary>
    OutputGate,

    /// <summary>Normalised rows that several products read.</summary>
    Normalised,

    /// <summary>What a router reads, where that is something else.</summary>
    Routed,

    /// <summary>What experts read, where that is something else.</summary>
    ExpertInput,
    RouterLogits,
    ExpertWeights,
    ExpertTiles,
    ExpertOutput,

    /// <summary>The sum of experts, and of all that is added.</summary>
    Mixed,
    Sum,
    RecurrentInput,
    RecurrentGate,
    RecurrentBeta,
    RecurrentStep,
    Convolved,
    RecurrentOutput,
    RecurrentWork,
    Embedding,
    LayerInput,
    TableRow,
}
