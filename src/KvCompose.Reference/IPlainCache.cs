namespace KvCompose.Reference;

/// <summary>Holds the tokens of <see cref="PlainTransformer"/> in the place of its own lists: for methods that change them while decoding.</summary>
public interface IPlainCache
{
    /// <summary>Called once a layer of the prompt, after its attention, which is exact.</summary>
    /// <param name="layer">0-based.</param>
    /// <param name="queries">[Hq, n, d], rotated.</param>
    /// <param name="keys">[Hkv, n, d], rotated.</param>
    /// <param name="values">[Hkv, n, d].</param>
    void Store(int layer, float[] queries, float[] keys, float[] values);

    /// <summary>Called once a layer of a decode step: takes the token in and attends.</summary>
    /// <param name="layer">0-based.</param>
    /// <param name="queries">[Hq, d], rotated.</param>
    /// <param name="keys">[Hkv, d], rotated.</param>
    /// <param name="values">[Hkv, d].</param>
    /// <returns>The layer's attention output, [Hq, d].</returns>
    float[] Attend(int layer, float[] queries, float[] keys, float[] values);

    /// <summary>
    /// Called once a layer when tokens are fed in one pass: each attends to what was held before the first of them, as it is stored, and to the tokens up to
    /// itself, as they come. Then all are taken in.
    /// </summary>
    /// <param name="layer">0-based.</param>
    /// <param name="queries">[m][Hq, d], rotated.</param>
    /// <param name="keys">[m][Hkv, d], rotated.</param>
    /// <param name="values">[m][Hkv, d].</param>
    /// <returns>The layer's attention output, [m][Hq, d].</returns>
    float[][] AttendChunk(int layer, float[][] queries, float[][] keys, float[][] values)
        => throw new NotSupportedException($"{GetType().Name} takes tokens one by one");
}
