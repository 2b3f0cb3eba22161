namespace KvCompose.Ilgpu;

/// <summary>Four floats that a kernel loads or stores with one 16-byte instruction, through a cast of a view.</summary>
public struct Float4
{
    /// <summary>Element 0.</summary>
    public float X;

    /// <summary>Element 1.</summary>
    public float Y;

    /// <summary>Element 2.</summary>
    public float Z;

    /// <summary>Element 3.</summary>
    public float W;
}
