namespace KvCompose.Generators.Planning;

/// <summary>The walk over the keys that a statistic is computed in.</summary>
internal enum StatisticPass
{
    /// <summary>The attention of the last rows.</summary>
    Window,

    /// <summary>The attention of all rows.</summary>
    AllRows,

    /// <summary>The keys themselves.</summary>
    Keys,

    /// <summary>Keys, values and queries of the whole layer before its attention, by a method of the library.</summary>
    Layer,
}
