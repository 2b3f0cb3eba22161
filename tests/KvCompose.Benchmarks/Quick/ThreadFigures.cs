using System.Diagnostics;
using KvCompose.Benchmarks.Peer;
using KvCompose.Models;
using KvCompose.Models.Files;

namespace KvCompose.Benchmarks.Quick;

/// <summary>The figures of the group <c>threads</c>: decoding beside another process that computes on as many threads.</summary>
internal static class ThreadFigures
{
    /// <summary>The argument with which this program computes until it is killed.</summary>
    public const string Neighbour = "--neighbour";

    private const int Threads = 2;
    private const int Steps = 16;
    private const int Rounds = 9;

    private static double s_result;

    public static IEnumerable<(string Name, double Value)> Measure()
    {
        string file = Path.GetTempFileName();
        try
        {
            RandomModel.Write(file, StoredType.Q8_0, context: 4096);
            using LanguageModel model = LanguageModel.Load(file, new LanguageModelOptions { Threads = Threads });
            using KvSession session = PeerFull64x4.Open(model);
            session.FillRandom(512);
            double quiet = Seconds(session), busy;
            using (Process neighbour = Start())
            {
                try
                {
                    Thread.Sleep(500);
                    busy = Seconds(session);
                }
                finally
                {
                    neighbour.Kill();
                    neighbour.WaitForExit();
                }
            }

            yield return ("busyNeighbour", quiet / busy);
            long before = GC.GetTotalAllocatedBytes(precise: true);
            Run(session);
            yield return ("weightsBytesPerToken", (double)(GC.GetTotalAllocatedBytes(precise: true) - before) / Steps);
        }
        finally
        {
            File.Delete(file);
        }
    }

    /// <summary>Computes on two threads until the process is killed.</summary>
    public static int Burn()
    {
        for (int i = 1; i < Threads; i++)
        {
            new Thread(Spin) { IsBackground = true }.Start();
        }

        Spin();
        return 0;
    }

    private static void Spin()
    {
        for (double x = 1; true; x = Math.Sqrt(x + 1))
        {
            Volatile.Write(ref s_result, x);
        }
    }

    private static Process Start()
    {
        string program = typeof(ThreadFigures).Assembly.Location;
        return Process.Start(new ProcessStartInfo("dotnet", ["exec", program, Neighbour])) ?? throw new InvalidOperationException("dotnet does not start");
    }

    private static double Seconds(KvSession session)
    {
        Run(session);
        return Timing.Median([.. Enumerable.Range(0, Rounds).Select(_ => Timing.Seconds(() => Run(session)))]);
    }

    private static void Run(KvSession session)
    {
        ReadOnlySpan<int> token = [300];
        for (int i = 0; i < Steps; i++)
        {
            session.Step(token);
        }
    }
}
