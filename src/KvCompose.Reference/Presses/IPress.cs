namespace KvCompose.Reference.Presses;

/// <summary>Reduces the cache of a layer after the prompt.</summary>
public interface IPress
{
    /// <summary>Decides what stays of a layer, and as what.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="removed">r, share of the rows that is removed.</param>
    PressOutcome Compress(PressLayer layer, double removed);
}

/// <summary>What stays of a layer.</summary>
/// <param name="Kept">[H], rows that stay in the order of the cache.</param>
/// <param name="Keys">[H][kept][d].</param>
/// <param name="Values">[H][kept][d].</param>
/// <param name="Renumbered">Whether the keys now stand at positions 0, 1, …, so that decoding goes on at the kept count.</param>
public sealed record PressOutcome(int[][] Kept, double[][][] Keys, double[][][] Values, bool Renumbered = false)
{
    /// <summary>Rows that stay as they are.</summary>
    public static PressOutcome Of(PressLayer layer, int[][] kept)
        => new(kept, PressLayer.Pick(layer.Keys, kept), PressLayer.Pick(layer.Values, kept));
}
