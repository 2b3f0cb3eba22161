using KvCompose.Conformance.Comparing;
using KvCompose.Reference.Presses;
using KvCompose.Reference.Presses.Scoring;

namespace KvCompose.Conformance.Kinds.KvPress;

/// <summary>
/// The first stage of CriticalKV among rows of equal score: the same token has the same key norm wherever it stands in the first layer.
/// Which of them the file has in its first stage is free; that they are equal is checked.
/// </summary>
internal static class CriticalTies
{
    private const double Always = 1e38, EqualScores = 2.5e-5;

    /// <summary>Our scores [H][n] with the file's choice among equal rows.</summary>
    public static double[][] Settled(CriticalScore scorer, PressLayer layer, double ratio, double[][] expected)
    {
        double[][] scores = scorer.Base.Score(layer, ratio), weighted = scorer.Weighted(layer, scores);
        int count = scorer.FirstStageRows(layer.Rows, ratio);
        for (int head = 0; head < weighted.Length; head++)
        {
            int[] first = [.. Enumerable.Range(0, layer.Rows).Where(row => expected[head][row] >= Always)];
            Expect.Equal(count, first.Length, $"head {head}, rows of the first stage");
            double cut = first.Length == 0 ? 0 : scores[head].OrderDescending().ElementAt(count - 1);
            foreach (int row in first)
            {
                Expect.True(scores[head][row] >= cut - EqualScores * Math.Abs(cut), $"head {head}: row {row} is not in the first stage");
                weighted[head][row] = CriticalScore.Always;
            }
        }

        return weighted;
    }
}
