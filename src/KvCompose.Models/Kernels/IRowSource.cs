namespace KvCompose.Models.Kernels;

/// <summary>What happens to a row on its way into <see cref="RowTiles"/>.</summary>
internal unsafe interface IRowSource
{
    /// <summary>What of the whole row <see cref="Copy"/> is given.</summary>
    RowStatistics Prepare(int row);

    /// <summary>Writes elements first … first + count − 1 of the row.</summary>
    void Copy(int row, RowStatistics statistics, int first, int count, float* target);
}

/// <summary>Mean of a row, and what its deviations are multiplied with.</summary>
internal readonly record struct RowStatistics(float Mean, float Factor);
