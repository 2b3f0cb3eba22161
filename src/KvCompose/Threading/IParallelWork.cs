using System.ComponentModel;

namespace KvCompose.Threading;

/// <summary>
/// Work that a <see cref="WorkerPool"/> spreads over its threads, item by item. A struct: the pool calls it
/// without a delegate, an interface dispatch or an allocation.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public interface IParallelWork
{
    /// <summary>Does one item. Items are taken in ascending order by whichever thread is free.</summary>
    /// <param name="item">Index of the item, below the count given to <see cref="WorkerPool.Run{TWork}"/>.</param>
    /// <param name="worker">Index of the thread, below <see cref="WorkerPool.Count"/>: the slot of its scratch memory.</param>
    void Run(int item, int worker);
}
