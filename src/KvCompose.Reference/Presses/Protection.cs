namespace KvCompose.Reference.Presses;

/// <summary>Scores that put rows above all others.</summary>
internal static class Protection
{
    /// <summary>
    /// Scores [H][rows] between <paramref name="before"/> and <paramref name="after"/> rows that get the maximum over all heads plus
    /// one.
    /// </summary>
    public static double[][] AroundWithMaximumPlusOne(double[][] scores, int before, int after)
    {
        double top = scores.Max(head => head.Max()) + 1;
        return [.. scores.Select(head => (double[])[.. Enumerable.Repeat(top, before), .. head, .. Enumerable.Repeat(top, after)])];
    }

    /// <summary>(x − mean)/std over all heads together; std with n − 1, at least 1e-6.</summary>
    public static double[][] Standardised(double[][] scores)
    {
        double[] all = [.. scores.SelectMany(head => head)];
        double mean = all.Average(), deviation = Math.Max(Numbers.Deviation(all), 1e-6);
        return [.. scores.Select(head => head.Select(x => (x - mean) / deviation).ToArray())];
    }
}
