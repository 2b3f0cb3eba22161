namespace ILGPU;

/// <summary>Strides of one-dimensional views.</summary>
public static class Stride1D
{
    /// <summary>One element directly after the other.</summary>
    public readonly struct Dense : IStride1D
    {
        /// <inheritdoc/>
        public int XStride => 1;
    }
}
