namespace KvCompose.Reference.Presses;

/// <summary>Gives every cached row of a layer a score; the higher ones stay.</summary>
public interface IPressScorer
{
    /// <summary>Scores [H][n].</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="removed">Share that will be removed; most scorers do not read it.</param>
    /// <exception cref="ArgumentException">The layer has too few rows for the scorer's windows.</exception>
    double[][] Score(PressLayer layer, double removed);
}
