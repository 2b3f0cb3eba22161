namespace ILGPU;

/// <summary>How the elements of a one-dimensional view follow each other.</summary>
public interface IStride1D
{
    /// <summary>Elements from one to the next.</summary>
    int XStride { get; }
}
