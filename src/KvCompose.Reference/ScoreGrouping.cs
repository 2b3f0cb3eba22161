namespace KvCompose.Reference;

/// <summary>Whether and when the query heads of a group share their scores. The order matters for maximum pooling.</summary>
public enum ScoreGrouping
{
    /// <summary>Every query head scores and selects for itself.</summary>
    PerQueryHead,

    /// <summary>Pool per query head, then reduce the group.</summary>
    PoolThenReduce,

    /// <summary>Reduce the group, then pool per key-value head.</summary>
    ReduceThenPool,
}
