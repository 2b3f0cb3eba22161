using KvCompose.Runtime;

namespace KvCompose.Sessions;

/// <summary>What statistics of a layer ask of the model beside keys, values and queries.</summary>
public abstract unsafe partial class KvSession<TTransformer>
{
    /// <summary>How a global layer rotates the rows of a prompt, and on average the positions behind it.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="positions">Positions of the rows.</param>
    /// <param name="promptTokens">Tokens of the prompt.</param>
    /// <param name="future">Positions behind it that are averaged; 0 for none.</param>
    protected RotaryAngles Rotation(int layer, ReadOnlySpan<int> positions, int promptTokens, int future)
        => new(Staged.HeadDim, (head, by) => ShiftKeys(_globals[layer], (float*)head, 1, by), positions, promptTokens, future);

    /// <summary>Copies rows of a global layer's output projection, with heads as the cache has them.</summary>
    /// <param name="layer">The layer.</param>
    protected Action<int, int, nint> OutputWeights(int layer) => (first, count, rows) =>
    {
        int headDim = _facts[_globals[layer]].HeadDim;
        Transformer.CopyOutputWeights(_globals[layer], first, count, (float*)rows);
        if (headDim != CacheDim(_globals[layer]))
        {
            HeadPadding.Widen((float*)rows, (long)count * Shape.QueryHeads, headDim, 1);
        }
    };

    /// <summary>Requires that the model can say how it rotates.</summary>
    /// <exception cref="NotSupportedException">It cannot.</exception>
    protected void RequireRotation(string pipeline, string statistic)
    {
        if (!Transformer.ShiftsKeys)
        {
            throw new NotSupportedException(
                $"'{pipeline}' observes {statistic}, which needs keys at other positions, but {typeof(TTransformer).Name} does not rotate them");
        }
    }

    /// <summary>Requires that the model shares its output projection.</summary>
    /// <exception cref="NotSupportedException">It does not.</exception>
    protected void RequireOutputWeights(string pipeline, string statistic)
    {
        if (!Transformer.SharesOutputWeights)
        {
            throw new NotSupportedException($"'{pipeline}' observes {statistic}, but {typeof(TTransformer).Name} does not share its output projection");
        }
    }
}
