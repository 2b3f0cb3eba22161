using System.Diagnostics;

namespace KvCompose.Benchmarks.Quick;

/// <summary>Times two actions in turn, so that a drift of the machine meets both.</summary>
internal static class Timing
{
    /// <summary>Median over rounds of the ratio a / b, each round timing both once.</summary>
    public static double MedianRatio(Action a, Action b, int rounds, int warmups = 1)
    {
        for (int i = 0; i < warmups; i++)
        {
            a();
            b();
        }

        return Median([.. Enumerable.Range(0, rounds).Select(_ => Seconds(a) / Seconds(b))]);
    }

    public static double Seconds(Action action)
    {
        long begin = Stopwatch.GetTimestamp();
        action();
        return Stopwatch.GetElapsedTime(begin).TotalSeconds;
    }

    public static double Median(double[] values)
    {
        Array.Sort(values);
        return values.Length % 2 == 1 ? values[values.Length / 2] : (values[(values.Length / 2) - 1] + values[values.Length / 2]) / 2;
    }
}
