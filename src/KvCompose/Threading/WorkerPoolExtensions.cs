namespace KvCompose.Threading;

/// <summary>Runs work on a pool, or on the caller's thread where there is none.</summary>
internal static class WorkerPoolExtensions
{
    public static void Run<TWork>(ref TWork work, int items, WorkerPool? workers)
        where TWork : struct, IParallelWork
    {
        if (workers is not null)
        {
            workers.Run(ref work, items);
            return;
        }

        for (int item = 0; item < items; item++)
        {
            work.Run(item, 0);
        }
    }
}
