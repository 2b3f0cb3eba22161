using KvCompose.Memory;

namespace KvCompose.Models.Networks;

/// <summary>The buffers that a network computes in. They grow to the most rows seen and then stay.</summary>
internal sealed class Scratch : IDisposable
{
    private NativeFloats? _tiles;
    private NativeFloats? _gate;
    private NativeFloats? _up;
    private NativeFloats? _output;

    public NativeFloats Tiles(long floats) => _tiles = NativeFloats.AtLeast(_tiles, floats);

    public NativeFloats Gate(long floats) => _gate = NativeFloats.AtLeast(_gate, floats);

    public NativeFloats Up(long floats) => _up = NativeFloats.AtLeast(_up, floats);

    public NativeFloats Output(long floats) => _output = NativeFloats.AtLeast(_output, floats);

    public void Dispose()
    {
        _tiles?.Dispose();
        _gate?.Dispose();
        _up?.Dispose();
        _output?.Dispose();
    }
}
