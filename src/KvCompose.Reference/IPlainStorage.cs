namespace KvCompose.Reference;

/// <summary>Decides in <see cref="PlainTransformer"/> what remains of a key or value that was stored.</summary>
public interface IPlainStorage
{
    /// <summary>What reading gives back of a stored key or value, [d].</summary>
    double[] Read(double[] stored);
}
